"""A private authority and server certificates, made with the openssl command.

    ca.pem           the authority
    NAME.pem, NAME.key for each NAME of
        good         localhost, 127.0.0.1, ::1
        expired      the same, of last year
        other        signed for other.example only
        self         good's names, signed by itself
"""

import os
import subprocess

NAMES = "DNS:localhost,IP:127.0.0.1,IP:::1"
KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

# `openssl ca` is the one that sets any dates.
CA_CONFIG = """
[ca]
default_ca = own
[own]
dir = {dir}
database = $dir/index.txt
serial = $dir/serial
new_certs_dir = $dir
certificate = $dir/ca.pem
private_key = $dir/ca.key
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
"""


def openssl(*args):
    subprocess.run(["openssl", *args], check=True, stdin=subprocess.DEVNULL,
                   capture_output=True)


def sign(folder, name, names, first, last):
    base = os.path.join(folder, name)
    openssl("req", "-new", *KEY, "-subj", f"/CN=wstap test {name}", "-addext",
            f"subjectAltName={names}", "-keyout", base + ".key", "-out",
            base + ".csr")
    openssl("ca", "-batch", "-notext", "-config",
            os.path.join(folder, "ca.cnf"), "-startdate", first, "-enddate",
            last, "-in", base + ".csr", "-out", base + ".pem")


def make(folder):
    """Makes them all in folder, unless they are there."""
    done = os.path.join(folder, "done")
    if os.path.exists(done):
        return
    os.makedirs(folder, exist_ok=True)
    for name, text in (("ca.cnf", CA_CONFIG.format(dir=folder)),
                       ("serial", "1000\n"), ("index.txt", "")):
        with open(os.path.join(folder, name), "w") as file:
            file.write(text)
    path = os.path.join(folder, "ca")
    openssl("req", "-x509", *KEY, "-subj", "/CN=wstap test authority", "-days",
            "3650", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
            "-keyout", path + ".key", "-out", path + ".pem")
    path = os.path.join(folder, "self")
    openssl("req", "-x509", *KEY, "-subj", "/CN=localhost", "-days", "3650",
            "-addext", f"subjectAltName={NAMES}", "-keyout", path + ".key",
            "-out", path + ".pem")
    always = ("20200101000000Z", "20491231235959Z")
    sign(folder, "good", NAMES, *always)
    sign(folder, "other", "DNS:other.example", *always)
    sign(folder, "expired", NAMES, "20200101000000Z", "20210101000000Z")
    with open(done, "w"):
        pass
