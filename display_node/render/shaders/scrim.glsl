// The picture falls into the dark where captions and legend stand, so that they are read over anything.

uniform vec4 u_scrim;         // pixels from the bottom: dark below x, lit from y to z, dark above w

const float SHADE = 0.10;     // what is left of the light there

float scrim() {
    float y = gl_FragCoord.y;
    float lit = smoothstep(u_scrim.x, u_scrim.y, y) * (1.0 - smoothstep(u_scrim.z, u_scrim.w, y));
    return mix(SHADE, 1.0, lit);
}
