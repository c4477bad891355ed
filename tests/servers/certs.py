"""A private authority and certificates, made with the openssl command.

    ca.pem           the authority
    NAME.pem, NAME.key for each NAME of
        good         localhost, 127.0.0.1, ::1
        expired      the same, of last year
        early        the same, of the future
        revoked      the same, taken back by the list in ca-crl.pem
        other        signed for other.example only
        self         good's names, signed by itself
        chain        good's names, from an authority below ca's; the file has
                     that one's certificate, too
        client       a client's, with an EC key
        client-rsa   the same with an RSA key
        client-old   the same, of last year
    ca-crl.pem       the authority and its list of what is revoked
    hashed/          the authority under its hash, for --capath
    client-locked.key, client-rsa-locked.key
                     the clients' keys, encrypted
    client.p12, client-locked.p12
                     PKCS#12: without a pass phrase, and with
    PASSPHRASE       is the one of all that is encrypted
"""

import os
import shutil
import subprocess

PASSPHRASE = "open sesame"
NAMES = "DNS:localhost,IP:127.0.0.1,IP:::1"
RSA = ["-newkey", "rsa:2048", "-nodes"]
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
default_crl_days = 3650
crlnumber = $dir/crlnumber
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
"""


def openssl(*args):
    subprocess.run(["openssl", *args], check=True, stdin=subprocess.DEVNULL,
                   capture_output=True)


def sign(folder, name, names, first, last, key=KEY, issuer="ca", extra=()):
    """A certificate for names (None: for a client), by issuer."""
    base, by = os.path.join(folder, name), os.path.join(folder, issuer)
    more = ["-addext", f"subjectAltName={names}"] if names else []
    openssl("req", "-new", *key, "-subj", f"/CN=wstap test {name}", *more,
            *extra, "-keyout", base + ".key", "-out", base + ".csr")
    openssl("ca", "-batch", "-notext", "-config",
            os.path.join(folder, "ca.cnf"), "-cert", by + ".pem", "-keyfile",
            by + ".key", "-startdate", first, "-enddate", last, "-in",
            base + ".csr", "-out", base + ".pem")


def append(target, source):
    with open(source) as file:
        text = file.read()
    with open(target, "a") as file:
        file.write(text)


def revoke(folder, name):
    """Puts it on the list in ca-crl.pem, behind the authority."""
    def path(file):
        return os.path.join(folder, file)
    config = ["ca", "-config", path("ca.cnf")]
    openssl(*config, "-revoke", path(name + ".pem"))
    openssl(*config, "-gencrl", "-out", path("crl.pem"))
    for part in ("ca.pem", "crl.pem"):
        append(path("ca-crl.pem"), path(part))


def lock(folder):
    """The clients' keys encrypted, and as PKCS#12."""
    secret = ["-passout", "pass:" + PASSPHRASE]
    for name in ("client", "client-rsa"):
        base = os.path.join(folder, name)
        openssl("pkcs8", "-topk8", "-in", base + ".key", "-out",
                base + "-locked.key", *secret)
    base = os.path.join(folder, "client")
    for end, out in ((".p12", ["-passout", "pass:"]), ("-locked.p12", secret)):
        openssl("pkcs12", "-export", "-in", base + ".pem", "-inkey",
                base + ".key", "-out", base + end, *out)


def make(folder):
    """Makes them all in folder, unless they are there."""
    done = os.path.join(folder, "done")
    if os.path.exists(done):
        return
    os.makedirs(os.path.join(folder, "hashed"), exist_ok=True)
    for name, text in (("ca.cnf", CA_CONFIG.format(dir=folder)),
                       ("serial", "1000\n"), ("crlnumber", "1000\n"),
                       ("index.txt", ""), ("ca-crl.pem", "")):
        with open(os.path.join(folder, name), "w") as file:
            file.write(text)
    path = os.path.join(folder, "ca")
    openssl("req", "-x509", *KEY, "-subj", "/CN=wstap test authority", "-days",
            "3650", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
            "-keyout", path + ".key", "-out", path + ".pem")
    shutil.copy(path + ".pem", os.path.join(folder, "hashed"))
    openssl("rehash", os.path.join(folder, "hashed"))
    path = os.path.join(folder, "self")
    openssl("req", "-x509", *KEY, "-subj", "/CN=localhost", "-days", "3650",
            "-addext", f"subjectAltName={NAMES}", "-keyout", path + ".key",
            "-out", path + ".pem")
    always = ("20200101000000Z", "20491231235959Z")
    past = ("20200101000000Z", "20210101000000Z")
    sign(folder, "good", NAMES, *always)
    sign(folder, "other", "DNS:other.example", *always)
    sign(folder, "expired", NAMES, *past)
    sign(folder, "early", NAMES, "20480101000000Z", "20491231235959Z")
    sign(folder, "revoked", NAMES, *always)
    sign(folder, "below", None, *always,
         extra=["-addext", "basicConstraints=critical,CA:TRUE"])
    sign(folder, "chain", NAMES, *always, issuer="below")
    append(os.path.join(folder, "chain.pem"),
           os.path.join(folder, "below.pem"))
    sign(folder, "client", None, *always)
    sign(folder, "client-rsa", None, *always, key=RSA)
    sign(folder, "client-old", None, *past)
    revoke(folder, "revoked")
    lock(folder)
    with open(done, "w"):
        pass
