// What is the same for everything in one frame. Written once a frame, read by every shader.

layout(std140) uniform Frame {
    mat4 u_camera;    // world → clip
    vec4 u_eye;       // xyz: where the viewer's eye is; w: seconds since the scene began
    vec4 u_view;      // x: width / height; y: fade, 0 black … 1 lit; z: distance at which the fog begins; w: where it ends
};
