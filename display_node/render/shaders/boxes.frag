#version 330 core
#include "scrim.glsl"

in vec3 v_colour;
out vec4 out_colour;

void main() {
    out_colour = vec4(v_colour * scrim(), 1.0);
}
