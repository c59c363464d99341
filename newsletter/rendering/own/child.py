"""Run as a program of its own: MJML in, HTML out, within bounds (see apart.py).

MJML's reader is native code. What it could do to a process with words that nobody of
ours has written, it does to this one.
"""

import sys

try:
    import resource
except ImportError:  # no such bounds on Windows; the time limit holds there too
    resource = None  # type: ignore[assignment]  # looked at below

_MEMORY = 1 << 30  # bytes of address space
_SECONDS = 10  # of the processor


def main() -> None:
    """Render what comes in; whatever goes wrong is said on stderr."""
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from mjml import mjml2html  # only within the bounds

    source = sys.stdin.buffer.read().decode()
    try:
        html = mjml2html(source, disable_comments=True, fonts={})
    except ValueError as error:
        sys.stderr.write(str(error))
        sys.exit(1)
    sys.stdout.buffer.write(html.encode())


if __name__ == "__main__":
    main()
