// Twins of the functions in render/easing.py; a test holds them together.

float ease(float x) {
    x = clamp(x, 0.0, 1.0);
    float from = x < 0.5 ? x : 1.0 - x;
    float arc = 0.5 * sqrt(max(1.0 - 4.0 * from * from, 0.0));
    return x < 0.5 ? 0.5 - arc : 0.5 + arc;
}

float loudness(float value, float gain) {
    return sqrt(min(abs(value) * gain, 1.0));
}
