# wstap: `make demo` shows it, `make check` proves it, `make install` keeps it.
#
#     make                  build ./wstap
#     make MODE=asan check  the same under AddressSanitizer and UBSan
#     make MODE=clang       with clang; MODE=debug with assertions and -O0
#     make help             every target

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
# Where each shell's own pkg-config file says, in PREFIX.
BASHCOMPDIR ?= $(shell scripts/completion-dir bash $(PREFIX))
ZSHCOMPDIR ?= $(shell scripts/completion-dir zsh $(PREFIX))
FISHCOMPDIR ?= $(shell scripts/completion-dir fish $(PREFIX))
INSTALL ?= install

MODE ?= release
PKG_CONFIG ?= pkg-config
PACKAGES := openssl readline libidn2 zlib jansson
B := build/$(MODE)

OPT_release := -O2 -D_FORTIFY_SOURCE=2
OPT_clang := -O2 -D_FORTIFY_SOURCE=2
OPT_debug := -O0 -DDEBUG
OPT_asan := -O1 -DDEBUG -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize-recover=all
OPT_coverage := -O0 --coverage
OPT_static := $(OPT_release)
ifeq ($(MODE),clang)
CC := clang
endif
ifeq ($(OPT_$(MODE)),)
$(error MODE is release, debug, asan, clang, coverage or static, not $(MODE))
endif

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
	-Wvla -Wformat=2
HARDEN := -fPIE -fstack-protector-strong
CFLAGS ?= -g
override CFLAGS += -std=c11 $(OPT_$(MODE)) $(WARN) $(HARDEN)
override CPPFLAGS += -Isrc
override LDFLAGS += $(if $(filter static,$(MODE)),-static-pie,-pie) \
	$(filter -fsanitize=% --coverage,$(OPT_$(MODE)))
SYSTEM := $(shell uname -s)
ifeq ($(SYSTEM),Linux)
override LDFLAGS += -Wl,-z,relro,-z,now
endif
# Homebrew keeps these out of pkg-config's way.
ifeq ($(SYSTEM),Darwin)
BREW := $(shell brew --prefix)/opt
export PKG_CONFIG_PATH := $(BREW)/openssl@3/lib/pkgconfig:$\
$(BREW)/readline/lib/pkgconfig:$(BREW)/zlib/lib/pkgconfig:$(PKG_CONFIG_PATH)
endif

# Asked for only when something is compiled, so that `make demo` can install
# what is missing first.
PKG_CFLAGS = $(shell $(PKG_CONFIG) --cflags $(PACKAGES))
PKG_LIBS = $(shell $(PKG_CONFIG) $(if $(filter static,$(MODE)),--static) \
	--libs $(PACKAGES)) -lpthread
TEST_CFLAGS = $(shell $(PKG_CONFIG) --cflags criterion)
TEST_LIBS = $(shell $(PKG_CONFIG) --libs criterion)

PROGRAMS := src/main.c src/cli/docgen.c
MODULES := $(filter-out $(PROGRAMS),$(wildcard src/*/*.c))
OBJECTS := $(MODULES:%.c=$(B)/%.o)
UNIT := $(patsubst tests/unit/%.c,$(B)/tests/%,$(wildcard tests/unit/test_*.c))
REPLAY := $(patsubst tests/fuzz/fuzz_%.c,$(B)/fuzz/replay_%,$(wildcard \
	tests/fuzz/fuzz_*.c))
DOCS := man/wstap.1 completions/wstap.bash completions/_wstap \
	completions/wstap.fish
BENCH := $(patsubst %,$(B)/bench/%,server floor ends launch)
SOURCES = $(wildcard src/*.[ch] src/*/*.[ch] tests/*/*.[ch])

.DELETE_ON_ERROR:
TARGETS := all help demo check check-unit check-cli check-rules check-layers \
	check-format check-docs fuzz lint docs format deps install uninstall clean \
	bench bench-deps screens coverage check-coverage static check-static \
	dist deb packages check-packages
.PHONY: $(TARGETS)

all: wstap

help:
	@sed -n '2,/^$$/s/^# *//p' Makefile
	@echo "Targets: $(sort $(TARGETS))"

# ./wstap is the latest build, whatever its mode.
wstap: $(B)/wstap
	ln -f $(B)/wstap $@

$(B)/wstap: $(B)/src/main.o $(B)/libwstap.a
	$(CC) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(B)/docgen: $(B)/src/cli/docgen.o $(B)/libwstap.a
	$(CC) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(B)/libwstap.a: $(OBJECTS)
	rm -f $@ && $(AR) rcs $@ $^

$(B)/src/%.o: src/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(PKG_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/tests/%: tests/unit/%.c $(B)/libwstap.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Itests $(CFLAGS) $(PKG_CFLAGS) $(TEST_CFLAGS) \
		$(LDFLAGS) -MMD -MP -o $@ $< $(B)/libwstap.a $(PKG_LIBS) \
		$(TEST_LIBS)

# A fuzz target over its corpus, as an ordinary test; scripts/fuzz fuzzes.
$(B)/fuzz/replay_%: tests/fuzz/fuzz_%.c tests/fuzz/replay.c $(B)/libwstap.a \
		$(wildcard tests/fuzz/*.h) tests/unit/guard.h
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Itests $(CFLAGS) $(PKG_CFLAGS) $(LDFLAGS) -o $@ \
		$(filter-out %.h,$^) $(PKG_LIBS)

# The programs that measure; main() is in the file of a program's name.
# No more is linked than each needs: launch has to be small.
$(B)/bench/server: $(B)/bench/talk.o
$(B)/bench/server $(B)/bench/floor: $(B)/bench/wire.o
$(B)/bench/server $(B)/bench/floor: BENCH_LIBS = $(shell $(PKG_CONFIG) \
	--libs openssl) -lpthread
$(BENCH): $(B)/bench/%: $(B)/bench/%.o $(B)/bench/tool.o
	$(CC) $(LDFLAGS) -o $@ $^ $(BENCH_LIBS)

$(B)/bench/%.o: tests/bench/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(PKG_CFLAGS) -MMD -MP -c -o $@ $<

# What the two commands of the README do: set up, then the work in a second
# make, which sees what was just installed.
demo:
	@scripts/deps build
	@$(MAKE) --no-print-directory wstap
	@scripts/demo ./wstap

check:
	@scripts/deps build check
	@$(MAKE) --no-print-directory $(B)/wstap $(UNIT) $(REPLAY) check-docs
	@scripts/check $(B)

check-unit: $(UNIT) $(REPLAY)
	@scripts/check $(B) unit

check-cli: $(B)/wstap
	@scripts/check $(B) cli

# Which lines the tests run, by layer; build/coverage/html shows each. The
# check is of what the unit tests are to run, and quick.
ifeq ($(MODE),coverage)
coverage: $(B)/wstap $(B)/docgen $(UNIT) $(REPLAY)
	@scripts/coverage $(B)

check-coverage: $(UNIT)
	@scripts/coverage --unit $(B)
else
coverage check-coverage:
	@$(MAKE) --no-print-directory MODE=coverage $@
endif

# Every target for a minute; scripts/fuzz has more to say.
fuzz:
	@scripts/fuzz

# wstap beside its peers and the floor; BENCH_ARGS='--quick' tries it.
bench: $(B)/wstap $(BENCH)
	@WSTAP=$(B)/wstap scripts/python tests/bench/run.py \
		--tools $(B)/bench $(BENCH_ARGS)

bench-deps:
	@scripts/deps build bench

# Which rule of the RFCs has how many cases; none without one.
check-rules:
	@scripts/rules

check-layers: $(OBJECTS)
	@scripts/check-layers $(B)

check-format:
	@clang-format --dry-run --Werror $(SOURCES) && echo "formatting: clean"

format:
	clang-format -i $(SOURCES)

lint:
	@scripts/lint

# The manual's options and the completions come from the option table.
docs: $(B)/docgen
	@for f in $(DOCS); do $(B)/docgen $$f > $$f.new && mv $$f.new $$f; done

# The README's pictures are of real sessions.
screens: $(B)/wstap
	@WSTAP=$(B)/wstap scripts/screens

check-docs: $(B)/docgen $(B)/wstap
	@for f in $(DOCS); do $(B)/docgen $$f | cmp - $$f || \
		{ echo "$$f is stale: run make docs"; exit 1; }; done
	@WSTAP=$(B)/wstap scripts/screens --check

deps:
	@scripts/deps build check

# Directories that were made for it are noted, so that uninstall can tell them
# from those that were there.
FOLDERS = $(patsubst %,$(DESTDIR)%,$(BINDIR) $(MANDIR)/man1 $(BASHCOMPDIR) \
	$(ZSHCOMPDIR) $(FISHCOMPDIR))

install: wstap
	@scripts/folders make build/installed $(FOLDERS)
	$(INSTALL) -m755 wstap $(DESTDIR)$(BINDIR)/wstap
	$(INSTALL) -m644 man/wstap.1 $(DESTDIR)$(MANDIR)/man1/wstap.1
	$(INSTALL) -m644 completions/wstap.bash $(DESTDIR)$(BASHCOMPDIR)/wstap
	$(INSTALL) -m644 completions/_wstap $(DESTDIR)$(ZSHCOMPDIR)/_wstap
	$(INSTALL) -m644 completions/wstap.fish \
		$(DESTDIR)$(FISHCOMPDIR)/wstap.fish

uninstall:
	rm -f $(DESTDIR)$(BINDIR)/wstap $(DESTDIR)$(MANDIR)/man1/wstap.1 \
		$(DESTDIR)$(BASHCOMPDIR)/wstap $(DESTDIR)$(ZSHCOMPDIR)/_wstap \
		$(DESTDIR)$(FISHCOMPDIR)/wstap.fish
	@scripts/folders unmake build/installed $(FOLDERS)

# One file that needs no other: it runs where nothing else is installed.
# Wants the libraries' *.a, which come with Debian's packages of `make deps`.
static:
	@$(MAKE) --no-print-directory MODE=static build/static/wstap

check-static: static
	@scripts/check-static build/static/wstap

# The same commit gives the same bytes.
dist:
	@scripts/dist build/dist

deb:
	@scripts/deb build/deb

# The files of packaging/ with this version, and what can be tried of them
# here.
packages:
	@scripts/packages build/packages

check-packages:
	@scripts/check-packages

clean:
	rm -rf build wstap

-include $(shell find $(B) -name '*.d' 2>/dev/null)
