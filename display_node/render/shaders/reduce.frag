#version 330 core

// The picture at a part of its size: each pixel is the mean of a square, so that small sparks don't flicker.
// Whole pixels are fetched, so that a tile of a picture comes to the very same sums as all of it.
uniform sampler2D u_picture;
uniform int u_reduce;   // side of the square

out vec4 out_colour;

void main() {
    ivec2 corner = ivec2(gl_FragCoord.xy) * u_reduce;
    vec3 sum = vec3(0.0);
    for (int y = 0; y < u_reduce; ++y) {
        for (int x = 0; x < u_reduce; ++x) {
            sum += texelFetch(u_picture, corner + ivec2(x, y), 0).rgb;
        }
    }
    out_colour = vec4(sum / float(u_reduce * u_reduce), 1.0);
}
