#version 330 core
#include "scrim.glsl"

in vec2 v_atlas;
in vec3 v_colour;
in float v_alpha;

uniform sampler2D u_atlas;   // signed distance, 0.5 on the outline, larger inside
uniform int u_screen;        // 1: on the screen, 0: in the space
uniform int u_rim;           // 1: a soft dark rim around the glyph, so that it is read on a lit box too

out vec4 out_colour;

const float RIM = 0.90;       // how dark

void main() {
    float distance = texture(u_atlas, v_atlas).r - 0.5;
    // One pixel of softness at any zoom: how much the distance changes from one pixel to the next.
    float width = max(fwidth(distance), 1e-4);
    float inside = clamp(distance / width + 0.5, 0.0, 1.0);
    if (u_rim == 1) {
        inside = RIM * smoothstep(-0.48, -0.20, distance);
    }
    float alpha = inside * v_alpha * (u_screen == 1 ? 1.0 : scrim());
    if (alpha < 0.004) discard;
    out_colour = vec4(v_colour, alpha);
}
