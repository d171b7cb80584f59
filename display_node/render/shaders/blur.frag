#version 330 core

// Nine taps of a Gaussian along one direction: a row of Pascal's triangle, its ends left out, over their sum.
uniform sampler2D u_picture;
uniform ivec2 u_step;   // one pixel along the direction

out vec4 out_colour;

const float TAPS[5] = float[](0.2270270270, 0.1945945946, 0.1216216216, 0.0540540541, 0.0162162162);

void main() {
    ivec2 place = ivec2(gl_FragCoord.xy), last = textureSize(u_picture, 0) - 1;
    vec3 sum = vec3(0.0);
    for (int tap = -4; tap <= 4; ++tap) {
        sum += texelFetch(u_picture, clamp(place + tap * u_step, ivec2(0), last), 0).rgb * TAPS[abs(tap)];
    }
    out_colour = vec4(sum, 1.0);
}
