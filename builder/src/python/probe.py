# Asked of the interpreter that is to be packaged: where does it live, and what is it?
import os
import sys
import sysconfig


def openssl_paths():
    try:
        import ssl
        paths = ssl.get_default_verify_paths()
        return paths.openssl_cafile, paths.openssl_capath
    except Exception:
        return "", ""


def answers():
    cafile, capath = openssl_paths()
    yield "implementation", sys.implementation.name
    yield "version", "%d.%d.%d" % sys.version_info[:3]
    yield "build", sys.version
    yield "executable", getattr(sys, "_base_executable", None) or sys.executable
    yield "current", sys.executable
    yield "prefix", sys.base_prefix
    yield "exec_prefix", sys.base_exec_prefix
    yield "configured_prefix", str(sysconfig.get_config_var("prefix") or "")
    yield "build_dir", str(sysconfig.get_config_var("abs_builddir") or "")
    yield "stdlib", os.path.dirname(os.path.abspath(os.__file__))
    yield "platstdlib", sysconfig.get_paths()["platstdlib"]
    yield "dynload", str(sysconfig.get_config_var("DESTSHARED") or "")
    yield "platlibdir", getattr(sys, "platlibdir", "lib")
    yield "libdir", str(sysconfig.get_config_var("LIBDIR") or "")
    yield "openssl_cafile", cafile
    yield "openssl_capath", capath


out = sys.stdout.buffer
out.write(b"\0psp-answer\0")
for name, value in answers():
    out.write(os.fsencode(name) + b"\0" + os.fsencode(value) + b"\0")
out.flush()
