"""`python -m display_node.render`: any instant of any exhibit as a PNG, or all of it as an MP4."""

import sys

import PIL.Image

from common.config import parse
from common.errors import ConfigError, explain
from display_node.render.offline import Options, film, open_show, picture


def main() -> int:
    arguments = ["--output" if argument == "-o" else argument for argument in sys.argv[1:]]
    options = parse(Options, "python -m display_node.render", arguments, __doc__ or "")
    output = options.output
    if output is None or output.suffix not in (".png", ".mp4"):
        raise ConfigError(f"-o {output} must be a file that ends in .png or .mp4")
    renderer, scene = open_show(options)
    output.parent.mkdir(parents=True, exist_ok=True)
    if output.suffix == ".mp4":
        film(renderer, scene, output, options.frame_rate, options.speed, options.sound)
    else:
        at = scene.duration if options.at is None else options.at
        PIL.Image.fromarray(picture(renderer, at)).save(output)
    return 0


if __name__ == "__main__":
    sys.exit(explain(main))
