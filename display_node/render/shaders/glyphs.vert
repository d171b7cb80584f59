#version 330 core
#include "frame.glsl"
#include "easing.glsl"

// One glyph: a quad that shows a part of the atlas. Corners 0…1.
in vec2 in_corner;

// The fields of text.GLYPH.
in vec4 in_anchor_birth;   // xyz: where the text stands (world), or its place on screen (−1…1); w: birth, s
in vec4 in_to_flight;      // xyz: where it flies to; w: for how long, s
in vec4 in_offset_size;    // the quad's lower left corner and its size, in ems
in vec4 in_atlas;          // the same of the atlas, 0…1
in vec4 in_look;           // height of an em (units, or parts of the screen's height); death, fade in, fade out, s
in vec4 in_colour_light;
in float in_pull;          // ems by which it is drawn in front of its anchor

uniform int u_screen;      // 1: on the screen, 0: in the space
uniform int u_rim;         // 1: the dark rims, which lie behind all letters

out vec2 v_atlas;
out vec3 v_colour;
out float v_alpha;

const float BEHIND = 0.1;  // ems from a letter back to the rims

void main() {
    float time = u_eye.w;
    float age = time - in_anchor_birth.w;
    vec3 anchor = mix(in_anchor_birth.xyz, in_to_flight.xyz, ease(age / in_to_flight.w));
    vec2 em = (in_offset_size.xy + in_corner * in_offset_size.zw) * in_look.x;
    if (u_screen == 1) {
        gl_Position = vec4(anchor.xy + em * vec2(2.0 / u_view.x, 2.0), 0.0, 1.0);
    } else {
        // Billboards: offsets are added along the screen's axes, at the anchor's depth …
        vec3 right = normalize(vec3(u_camera[0].x, u_camera[1].x, u_camera[2].x));
        vec3 up = normalize(vec3(u_camera[0].y, u_camera[1].y, u_camera[2].y));
        gl_Position = u_camera * vec4(anchor + right * em.x + up * em.y, 1.0);
        // … and tested at one nearer to the eye, so that the face they are printed on doesn't cut them.
        float pull = (in_pull - BEHIND * float(u_rim)) * in_look.x;
        vec4 near = u_camera * vec4(anchor + pull * normalize(u_eye.xyz - anchor), 1.0);
        gl_Position.z = near.z / near.w * gl_Position.w;
    }
    v_atlas = in_atlas.xy + in_corner * in_atlas.zw;
    v_colour = u_rim == 1 ? vec3(0.0) : in_colour_light.rgb;
    float bright = max(in_colour_light.r, max(in_colour_light.g, in_colour_light.b));
    float shown = u_rim == 1 ? step(0.25, bright) : 1.0;   // dark letters, on bright boxes, need no rim
    float come = in_look.z > 0.0 ? smoothstep(0.0, in_look.z, age) : 1.0;
    float gone = in_look.w > 0.0 ? smoothstep(in_look.y - in_look.w, in_look.y, time) : 0.0;
    v_alpha = shown * come * (1.0 - gone) * in_colour_light.a * u_view.y;
    if (age < 0.0 || time >= in_look.y) {
        gl_Position = vec4(0.0, 0.0, 2.0, 1.0);
    }
}
