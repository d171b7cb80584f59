#version 330 core

// The picture with its own light spread around what is bright.
in vec2 v_place;

uniform sampler2D u_picture;
uniform sampler2D u_spread;
uniform float u_glow;

out vec4 out_colour;

void main() {
    // Letters leave less than 1 in alpha: no light is spread over them, or dark ones on a lit box would pale.
    vec4 picture = texelFetch(u_picture, ivec2(gl_FragCoord.xy), 0);
    vec3 spread = texture(u_spread, v_place).rgb * picture.a;
    // Screen blending: adds light without ever burning out what is lit already.
    out_colour = vec4(1.0 - (1.0 - picture.rgb) * (1.0 - u_glow * spread), 1.0);
}
