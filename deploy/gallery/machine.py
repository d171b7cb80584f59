"""Every file that one machine of a gallery needs, as text. Pure: `command.py` writes them."""

from deploy.gallery import boot
from deploy.gallery.programs import health_url, settings_of, toml
from deploy.gallery.roles import ROLES
from deploy.gallery.settings import Gallery, Machine, Program
from deploy.gallery.supervisor import Job, configuration

EXECUTABLE = frozenset({"kiosk.sh"})


def files_of(gallery: Gallery, machine: Machine, source: str) -> dict[str, str]:
    """File name → text. `source`: the gallery file's own text, which the keeper reads there."""
    python = f"{machine.folder}/.venv/bin/python"
    made = f"on {machine.name}, in {gallery.name}. Made by sandglass deploy: change gallery.toml."
    jobs, files = [], {}
    for program in (machine.keeper, *machine.programs):
        settings = settings_of(gallery, machine, program)
        files[f"{program.name}.toml"] = toml(settings, f"{program.name} {made}")
        jobs.append(_job(machine, program, python, health_url(program, settings)))
    files["supervisord.conf"] = configuration(jobs, python, machine.state, f"supervisord {made}")
    files["sandglass.service"] = boot.service(machine)
    if machine.screen != "none":
        files["sandglass-screen.service"] = boot.screen(machine)
        files["kiosk.sh"] = boot.kiosk(machine)
    files["gallery.toml"] = source
    files["README"] = readme(gallery, machine, sorted(files))
    return files


def readme(gallery: Gallery, machine: Machine, names: list[str]) -> str:
    """What to copy where, as commands to be run in this folder, on the machine."""
    units = " ".join(name for name in names if name.endswith(".service"))
    rest = " ".join(name for name in names if not name.endswith(".service"))
    lines = [
        f"{machine.name}, in {gallery.name}. On that machine, in this folder, as root:",
        "",
        f"install -d -o {machine.user} -m 0700 {machine.config} {machine.state}",
        f"install -o {machine.user} -m 0600 {rest} {machine.config}/",
    ]
    if machine.screen != "none":
        lines.append(f"chmod 0700 {machine.config}/kiosk.sh")
    if gallery.key:
        lines.append(f"install -o {machine.user} -m 0600 ../{gallery.key} {machine.config}/{gallery.key}")
    lines += [
        f"install -m 0644 {units} /etc/systemd/system/",
        "systemctl daemon-reload",
        f"systemctl enable --now {units}",
        f"systemctl restart {units}",
    ]
    return "\n".join(lines) + "\n"


def _job(machine: Machine, program: Program, python: str, health: str | None) -> Job:
    role = ROLES[program.role]
    words = [python, "-m", role.module, *role.arguments, "--config", f"{machine.config}/{program.name}.toml"]
    environment = {"SANDGLASS_STATE": machine.state}
    if role.windows:
        words += ["--linger", "6"]
    if role.windows or program.role == "keeper":
        environment |= boot.environment(machine)
    return Job(
        program.name, " ".join(words), health, role.memory, environment, first=program.role == "keeper"
    )
