# Attaches the application of a package to this interpreter.
#
# Read by `site` (through psp_site.pth) whenever this interpreter starts: for the application itself, for children it starts
# through sys.executable, for multiprocessing's. The variable is set by the package's launcher; other interpreters ignore it.
import os
import sys

# What is packaged is compiled already and read-only; what is not is the user's, and no business of ours.
sys.dont_write_bytecode = True


def attach(application):
    # `site` goes on to search packages under sys.prefix, as it does in a virtual environment.
    if application and os.path.isdir(os.path.join(application, "lib", STDLIB_NAME, "site-packages")):
        sys.prefix = sys.exec_prefix = application


def find_certificates(configured, known):
    # The bundled OpenSSL looks where the build machine keeps certificates. Other distributions keep them elsewhere.
    environ = os.environ
    if "SSL_CERT_FILE" in environ or "SSL_CERT_DIR" in environ or any(map(os.path.exists, configured)):
        return
    for path in known:
        if os.path.isfile(path):
            environ["SSL_CERT_FILE"] = path
            return


attach(os.environ.get("PSP_PYTHON_APP"))
if CERTIFICATES:
    find_certificates(CERTIFICATES, KNOWN_CERTIFICATES)
