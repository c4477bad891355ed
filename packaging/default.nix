# For Nix: nix-build packaging. Tried on Debian: nix-instantiate --parse, and
# evaluated with a stand-in for nixpkgs; nixpkgs itself is not to be had there,
# so that it was not built.
{ pkgs ? import <nixpkgs> { } }:

let
  inherit (pkgs) lib;
  header = builtins.readFile ../src/base/version.h;
  version = builtins.head
    (builtins.match ".*#define WSTAP_VERSION \"([0-9.]+)\".*" header);
in
pkgs.stdenv.mkDerivation {
  pname = "wstap";
  inherit version;
  src = lib.cleanSource ./..;

  strictDeps = true;
  enableParallelBuilding = true;
  nativeBuildInputs = [ pkgs.pkg-config ];
  buildInputs = with pkgs; [ jansson libidn2 openssl readline zlib ];

  postPatch = ''
    patchShebangs scripts
  '';

  # Criterion's tests; make check would install what it lacks.
  doCheck = true;
  checkInputs = [ pkgs.criterion ];
  checkTarget = "check-unit";

  installFlags = [
    "PREFIX=${placeholder "out"}"
  ];

  meta = {
    description = "WebSocket client for the terminal, scripts and tests";
    license = lib.licenses.mit;
    mainProgram = "wstap";
    platforms = lib.platforms.unix;
  };
}
