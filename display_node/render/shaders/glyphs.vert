#version 330 core
#include "frame.glsl"
#include "easing.glsl"

// One glyph: a quad that shows a part of the atlas. Corners 0…1.
in vec2 in_corner;

in vec4 in_anchor_birth;   // xyz: where the text stands (world) or its place on screen (−1…1); w: birth, s
in vec4 in_offset_size;    // the quad's lower left corner and its size, in ems
in vec4 in_atlas;          // the same of the atlas, 0…1
in vec4 in_look;           // height of an em (units, or parts of the screen's height); tint; death, s; rise, units

uniform int u_screen;      // 1: on the screen, 0: in the space
uniform vec3 u_colours[6];

out vec2 v_atlas;
out vec3 v_colour;
out float v_alpha;

void main() {
    float age = u_eye.w - in_anchor_birth.w;
    vec2 em = (in_offset_size.xy + in_corner * in_offset_size.zw) * in_look.x;
    if (u_screen == 1) {
        gl_Position = vec4(in_anchor_birth.xy + em * vec2(2.0 / u_view.x, 2.0), 0.0, 1.0);
    } else {
        // Billboards: offsets are added along the screen's axes, at the anchor's depth.
        vec3 right = normalize(vec3(u_camera[0].x, u_camera[1].x, u_camera[2].x));
        vec3 up = normalize(vec3(u_camera[0].y, u_camera[1].y, u_camera[2].y));
        vec3 anchor = in_anchor_birth.xyz + vec3(0.0, in_look.w * ease(age), 0.0);
        gl_Position = u_camera * vec4(anchor + right * em.x + up * em.y, 1.0);
    }
    v_atlas = in_atlas.xy + in_corner * in_atlas.zw;
    v_colour = u_colours[int(in_look.y)];
    v_alpha = smoothstep(0.0, 0.35, age) * (1.0 - smoothstep(in_look.z - 0.25, in_look.z, u_eye.w)) * u_view.y;
    if (age < 0.0 || u_eye.w >= in_look.z) {
        gl_Position = vec4(0.0, 0.0, 2.0, 1.0);
    }
}
