#version 330 core

// The picture with its own light spread around what is bright.
uniform sampler2D u_picture;
uniform sampler2D u_spread;
uniform float u_glow;
uniform int u_reduce;    // pixels of the picture along a side of one of the spread light
uniform ivec2 u_inset;   // from the lower left corner of what is drawn to that of what is shown

out vec4 out_colour;

void main() {
    ivec2 place = ivec2(gl_FragCoord.xy) + u_inset;
    // Letters leave less than 1 in alpha: no light is spread over them, or dark ones on a lit box would pale.
    vec4 picture = texelFetch(u_picture, place, 0);
    vec2 among = (vec2(place) + 0.5) / float(u_reduce);
    vec3 spread = texture(u_spread, among / vec2(textureSize(u_spread, 0))).rgb * picture.a;
    // Screen blending: adds light without ever burning out what is lit already.
    out_colour = vec4(1.0 - (1.0 - picture.rgb) * (1.0 - u_glow * spread), 1.0);
}
