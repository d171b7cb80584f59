#version 330 core
#include "frame.glsl"
#include "easing.glsl"

// One corner of one box of a block. x, y, z are 0 or 1: towards the viewer (or, for outlines, away).
in vec3 in_corner;
in vec3 in_normal;      // of the face, before it is turned to the viewer
in vec3 in_offset;      // of the box within its block

// One flight of one block: the fields of scene.BOX, in its order.
in vec4 in_start_birth;
in vec4 in_end_flight;
in vec4 in_size_spread;
in vec4 in_size_end_spread_end;
in vec4 in_value_gain_tint;   // value, value_end, gain, tint
in vec2 in_row_death;

uniform float u_outline;      // 0 for faces, else the outline's width as a part of the box
uniform float u_light;        // on the whole batch, 0…1
uniform int u_corners;        // corners of one box in the mesh
uniform sampler2D u_values;   // rows × boxes of a block, for instances that have a row
uniform vec3 u_positive[5];   // by tint
uniform vec3 u_negative[5];
uniform vec3 u_maps[5];       // of a positive result, by the map that it comes from
uniform vec3 u_unlit;         // face and outline of a box that holds zero
uniform vec3 u_outline_rest;
uniform vec3 u_faces;         // light on a side, from above, on the front
uniform bool u_hollow;        // negative boxes have an outline only

out vec3 v_colour;

const float SUNKEN = 0.55;    // edge of a negative box: the sign is told by form too
const float UNDERSIDE = 0.35; // light from below
const float FOOT = 0.72;      // light at the lower edge of a face, of that at its upper edge
const int RESULT = 3;
const float HAIR = 0.2;       // units

vec3 hue(float value, float tint) {
    int kind = int(tint);
    if (value < 0.0) return u_negative[kind];
    if (kind != RESULT) return u_positive[kind];
    float place = fract(tint) * float(u_maps.length() - 1);
    return mix(u_maps[int(place)], u_maps[int(place) + 1], fract(place));
}

void main() {
    float time = u_eye.w;
    float eased = ease((time - in_start_birth.w) / in_end_flight.w);

    float value = mix(in_value_gain_tint.x, in_value_gain_tint.y, eased);
    if (in_row_death.x >= 0.0) {
        value = texelFetch(u_values, ivec2(gl_VertexID / u_corners, int(in_row_death.x)), 0).r;
    }
    float lit = loudness(value, in_value_gain_tint.z);

    vec3 size = mix(in_size_spread.xyz, in_size_end_spread_end.xyz, eased);
    if (value < 0.0) {
        size *= mix(1.0, SUNKEN, min(lit * 4.0, 1.0));
    }
    vec3 centre = mix(in_start_birth.xyz, in_end_flight.xyz, eased)
                + in_offset * mix(in_size_spread.w, in_size_end_spread_end.w, eased);

    // Only the three faces that look at the viewer are drawn; of the outline's hull, the three that don't.
    vec3 facing = mix(vec3(-1.0), vec3(1.0), greaterThan(u_eye.xyz, centre));
    float side = u_outline > 0.0 ? -1.0 : 1.0;
    vec3 grown = size + u_outline * min(size.x, min(size.y, size.z));
    vec3 position = centre + facing * side * (in_corner - 0.5) * grown;

    vec3 colour = hue(value, in_value_gain_tint.w);
    if (u_outline > 0.0) {
        v_colour = mix(u_outline_rest, colour, lit);
    } else {
        // The light comes from above: a face is darker towards its foot, and from below there is little.
        bool above = facing.y > 0.0;
        float height = above ? in_corner.y : 1.0 - in_corner.y;
        float light = dot(in_normal, vec3(u_faces.x, above ? u_faces.y : UNDERSIDE, u_faces.z));
        light *= in_normal.y > 0.0 ? 1.0 : mix(FOOT, 1.0, height);
        v_colour = mix(u_unlit, colour * light, u_hollow && value < 0.0 ? 0.0 : lit);
    }

    float fog = smoothstep(u_view.z, u_view.w, distance(u_eye.xyz, centre));
    v_colour *= (1.0 - 0.8 * fog) * u_light * u_view.y;

    gl_Position = u_camera * vec4(position, 1.0);
    if (in_start_birth.xyz != in_end_flight.xyz) {
        // Boxes that fly together share faces. Each is tested a hair's breadth nearer, every one another, so that
        // it isn't the rounding, and in the next frame another rounding, that says which of them is seen.
        vec3 way = in_end_flight.xyz + 0.731 * in_start_birth.xyz + 1.37 * in_offset;
        float hair = HAIR * fract(dot(way, vec3(0.618, 0.271, 0.139)) + 0.381 * in_row_death.x);
        gl_Position.z -= 2.0 * hair / gl_Position.w;   // what `hair` is in depth, with the near plane at 1
    }
    if (time >= in_row_death.y) {
        gl_Position = vec4(0.0, 0.0, 2.0, 1.0);   // gone: outside of the view, so never rasterised
    }
}
