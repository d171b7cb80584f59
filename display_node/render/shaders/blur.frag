#version 330 core

// Nine taps of a Gaussian in five fetches, along one direction; the sampler averages two texels at a time.
// Offsets and weights: rows of Pascal's triangle, as in Rákos, "Efficient Gaussian blur with linear sampling" (2010).
in vec2 v_place;

uniform sampler2D u_picture;
uniform vec2 u_step;   // one texel along the direction, 0…1

out vec4 out_colour;

void main() {
    vec3 sum = texture(u_picture, v_place).rgb * 0.2270270270;
    for (int side = -1; side <= 1; side += 2) {
        sum += texture(u_picture, v_place + float(side) * 1.3846153846 * u_step).rgb * 0.3162162162;
        sum += texture(u_picture, v_place + float(side) * 3.2307692308 * u_step).rgb * 0.0702702703;
    }
    out_colour = vec4(sum, 1.0);
}
