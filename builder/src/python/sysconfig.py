# Makes a staged _sysconfigdata module independent of where the interpreter was installed.
#
# usage: sysconfig.py FILE PREFIX...
# Paths under a prefix become a token that the module replaces by sys.base_prefix when it is imported; the build machine's
# directories go.
import re
import sys

TOKEN = "{psp-prefix}"
BUILD_MACHINE = {"abs_builddir", "abs_srcdir", "CONFIG_ARGS", "PYTHON_FOR_BUILD", "RUNSHARED"}


def neutral(value, pattern):
    return pattern.sub(TOKEN, value) if isinstance(value, str) else value


def main(path, prefixes):
    longest_first = sorted(prefixes, key=len, reverse=True)
    pattern = re.compile(r"(?:(?<!\w)|(?<=-[ILR]))(?:%s)(?![\w.-])" % "|".join(map(re.escape, longest_first)))
    with open(path, encoding="utf-8") as file:
        scope = {}
        exec(compile(file.read(), "sysconfigdata", "exec"), scope)
    lines = ["# Build-time values of this interpreter, with its present place instead of the one it was built for.",
             "import sys", "", "build_time_vars = {"]
    values = scope["build_time_vars"]
    builddir = str(values.get("abs_builddir") or "")
    for name, value in sorted(values.items()):
        if name in BUILD_MACHINE:
            value = ""
        elif isinstance(value, str) and len(builddir) > 1:
            value = value.replace(builddir, ".")
        lines.append("    %r: %r," % (name, neutral(value, pattern)))
    lines += ["}", "", "for _name, _value in build_time_vars.items():", "    if isinstance(_value, str):",
              "        build_time_vars[_name] = _value.replace(%r, sys.base_prefix)" % TOKEN, ""]
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write("\n".join(lines))


main(sys.argv[1], sys.argv[2:])
