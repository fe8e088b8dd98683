# Trunkline. `make help` lists the targets.

BUILD ?= build
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
DESTDIR ?=
# Passed to `trunkline serve` by `make run`: ARGS='--set server.listen=127.0.0.1:9000'
ARGS ?=
FUZZ_SECONDS ?= 20
# address,undefined | thread | ... (set by the targets below, with a BUILD of their own)
SANITIZE ?=
COVERAGE ?=
JOBS ?= $(shell nproc)

# V=1 shows whole commands.
Q := $(if $(V),,@)
say = @$(if $(V),:,printf '  %-5s %s\n' '$(1)' '$(2)')

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:

# ---- Libraries -------------------------------------------------------------------------

PACKAGES := libwebsockets openssl libcurl sqlite3 jansson inih icu-i18n icu-uc libargon2 \
	libmagic libpcre2-8 libxml-2.0 libzstd zlib gmime-3.0
pkg = $(shell pkg-config $(1) $(2) 2>/dev/null)
# MySQL's own client library or MariaDB's, whichever is there.
MYSQL_CONFIG := $(firstword $(shell command -v mariadb_config mysql_config 2>/dev/null))
MYSQL_INCLUDES := $(shell $(MYSQL_CONFIG) --include 2>/dev/null)
MYSQL_LIBS := $(shell $(MYSQL_CONFIG) --libs 2>/dev/null)

INCLUDES := -Iserver -I. -Itests $(patsubst -I%,-isystem %, \
	$(call pkg,--cflags-only-I,$(PACKAGES)) $(MYSQL_INCLUDES))
# First, so that its malloc is everybody's; the sanitizers bring their own.
ifeq ($(SANITIZE),)
ALLOCATOR := -lmimalloc
INCLUDES += -DWITH_MIMALLOC
endif
LIBS := $(ALLOCATOR) $(call pkg,--libs,$(PACKAGES)) $(MYSQL_LIBS) -lev -pthread -lm
TEST_LIBS := $(call pkg,--libs,cmocka)

# ---- Flags -----------------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
	-Wwrite-strings -Wpointer-arith -Wformat=2 -Werror=implicit -Werror=incompatible-pointer-types
OPTIMISE := -O2 -g
HARDENING := -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
LINK_HARDENING := -pie -Wl,-z,relro,-z,now
ifneq ($(SANITIZE),)
# FORTIFY hides from the sanitizers what they would report better.
HARDENING := -fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=all -fPIE
LINK_HARDENING := -fsanitize=$(SANITIZE) -pie
OPTIMISE := -O1 -g1
endif
ifneq ($(COVERAGE),)
OPTIMISE := -O0 -g --coverage
HARDENING := -fPIE
LINK_HARDENING := --coverage -pie
endif
# Hidden: none of our names may take the place of one inside a shared library.
CFLAGS ?=
ALL_CFLAGS := -std=gnu17 $(OPTIMISE) $(WARNINGS) $(HARDENING) -fno-strict-aliasing \
	-fvisibility=hidden -pthread -D_GNU_SOURCE $(INCLUDES)
LDFLAGS ?=
# A hundred test programs are linked three times over.
TEST_LINKER := $(if $(shell command -v mold 2>/dev/null),-fuse-ld=mold)

# ---- Sources ---------------------------------------------------------------------------

SOURCES := $(sort $(wildcard server/*/*.c channels/*.c channels/*/*.c knowledge/*.c))
OBJECTS := $(SOURCES:%.c=$(BUILD)/obj/%.o)
LIBRARY := $(BUILD)/libtrunkline.a
BINARY := $(BUILD)/trunkline

TEST_SUPPORT := $(sort $(wildcard tests/lib/*.c))
TEST_SUPPORT_OBJECTS := $(TEST_SUPPORT:%.c=$(BUILD)/obj/%.o)
UNIT_SOURCES := $(sort $(shell find tests/unit -name 'test_*.c' 2>/dev/null))
UNITS := $(UNIT_SOURCES:tests/unit/%.c=$(BUILD)/unit/%)
FUZZ_SOURCES := $(sort $(wildcard tests/fuzz/*.c))
FUZZERS := $(FUZZ_SOURCES:tests/fuzz/%.c=$(BUILD)/fuzz/%)

WEB_SOURCES := $(shell find web -type f -not -path '*/node_modules/*' \
	-not -path '*/dist/*' 2>/dev/null)
# Beside the other things built, so that it is not served; void when what it tells is gone.
WEB_BUILT := build/web.built
ifeq ($(wildcard web/dist/widget.js),)
.PHONY: $(WEB_BUILT)
endif

# ---- Build -----------------------------------------------------------------------------

.PHONY: all server web run test unit asan tsan fuzz fuzzers lint bench cover install deb dist \
	clean help units

all: server web ## build the server and the web pages

server: $(BINARY) ## build the server only

# Written by the program itself from its tables of options; the sanitizers' builds do not.
EXAMPLE := config/trunkline.conf.example
ifeq ($(SANITIZE)$(COVERAGE),)
server: $(BUILD)/example
endif
$(BUILD)/example: $(BINARY)
	@$(BINARY) check-config --example >$@
	@cmp -s $@ $(EXAMPLE) || cp $@ $(EXAMPLE)

# A changed flag or compiler rebuilds everything.
FLAGS_FILE := $(BUILD)/flags
FLAGS_NOW := $(CC) $(CFLAGS) $(ALL_CFLAGS) $(LDFLAGS)
ifneq ($(file <$(FLAGS_FILE)),$(FLAGS_NOW))
$(shell mkdir -p $(BUILD))
$(file >$(FLAGS_FILE),$(FLAGS_NOW))
endif

$(BUILD)/obj/%.o: %.c $(FLAGS_FILE)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CFLAGS) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

# Files that the assembler takes in.
$(BUILD)/obj/server/api/openapi.o: server/api/openapi.json
$(BUILD)/obj/server/store/migrations.o: $(wildcard server/store/migrations/*.sql)
$(BUILD)/obj/knowledge/fold_table.o: knowledge/tables/fold.tsv

# Made anew, so that objects of deleted sources do not stay in it; moved into place whole,
# so that a server that runs or another make keeps what it has open.
$(LIBRARY): $(OBJECTS)
	$(call say,AR,$@)
	@rm -f $@.new
	$(Q)$(AR) rcs $@.new $^
	@mv $@.new $@

$(BINARY): $(BUILD)/obj/server/main.o $(LIBRARY)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) $(LINK_HARDENING) $^ $(LIBS) -o $@.new
	@mv $@.new $@

# A test may define a function of ours itself, as a fake: the first definition counts.
$(BUILD)/unit/%: $(BUILD)/obj/tests/unit/%.o $(TEST_SUPPORT_OBJECTS) $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) $(LINK_HARDENING) $(TEST_LINKER) -Wl,--allow-multiple-definition \
		$^ $(TEST_LIBS) $(LIBS) -o $@

$(BUILD)/fuzz/%: $(BUILD)/obj/tests/fuzz/%.o $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) $(LINK_HARDENING) -fsanitize=fuzzer $^ $(LIBS) -o $@

web: $(WEB_BUILT) ## build the web pages into web/dist

$(WEB_BUILT): $(WEB_SOURCES) web/node_modules/.package-lock.json
	config/setup/with-node npm --prefix web run build
	@mkdir -p $(@D)
	@touch $@

web/node_modules/.package-lock.json: web/package-lock.json
	config/setup/with-node npm --prefix web ci --no-audit --no-fund
	@touch $@

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)

# Only when Unicode grew; FOLD_VERSION of knowledge/fold.h goes up with it.
tables: ## make the tables of knowledge/ anew from ICU
	@mkdir -p $(BUILD)
	$(CC) -O1 -Wall knowledge/tables/make_fold.c -o $(BUILD)/make_fold \
		$(call pkg,--libs,icu-i18n icu-uc)
	$(BUILD)/make_fold >$(BUILD)/fold.tsv
	mv $(BUILD)/fold.tsv knowledge/tables/fold.tsv

# ---- Run -------------------------------------------------------------------------------

run: ## install what is missing, build, fill demo data the first time, serve
	config/setup/install-packages run
	$(MAKE) --no-print-directory -j$(JOBS) all
	config/setup/start $(BINARY) $(ARGS)

install: all ## install under DESTDIR and PREFIX
	install -D -m 755 $(BINARY) $(DESTDIR)$(PREFIX)/bin/trunkline
	install -D -m 644 LICENSE $(DESTDIR)$(PREFIX)/share/doc/trunkline/LICENSE
	install -D -m 644 $(EXAMPLE) \
		$(DESTDIR)$(SYSCONFDIR)/trunkline/trunkline.conf.example
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	for unit in trunkline.service trunkline-backup.service trunkline-backup.timer; do \
		sed 's|@PREFIX@|$(PREFIX)|g; s|@SYSCONFDIR@|$(SYSCONFDIR)|g' config/$$unit \
			>$(DESTDIR)$(PREFIX)/lib/systemd/system/$$unit; \
	done
	rm -rf $(DESTDIR)$(PREFIX)/share/trunkline
	install -d $(DESTDIR)$(PREFIX)/share/trunkline/web $(DESTDIR)$(PREFIX)/share/trunkline/demo
	cp -R web/dist/. $(DESTDIR)$(PREFIX)/share/trunkline/web
	install -d $(DESTDIR)$(PREFIX)/share/trunkline/demo
	install -m 644 config/demo/*.json $(DESTDIR)$(PREFIX)/share/trunkline/demo

deb: all ## a Debian package in build/
	config/package/deb $(BUILD)

dist: deb ## one archive that installs without a network, in build/
	config/package/dist $(BUILD)

# ---- Test ------------------------------------------------------------------------------

test: ## install what the suites need and run them all
	config/setup/install-packages run test
	$(MAKE) --no-print-directory -j$(JOBS) all units
	tests/run

units: $(UNITS)

unit: $(UNITS) ## run the unit tests (UNIT=base/test_map for one)
	tests/unit/run $(BUILD) $(UNIT)

asan: ## unit tests and server under AddressSanitizer and UBSan, in build/asan
	$(MAKE) --no-print-directory BUILD=$(BUILD)/asan SANITIZE=address,undefined server unit

tsan: ## unit tests and server under ThreadSanitizer, in build/tsan
	$(MAKE) --no-print-directory BUILD=$(BUILD)/tsan SANITIZE=thread server unit

fuzzers: $(FUZZERS)

fuzz: ## run every fuzz target for FUZZ_SECONDS
	$(MAKE) --no-print-directory CC=clang BUILD=$(BUILD)/fuzz \
		SANITIZE=fuzzer-no-link,address,undefined fuzzers
	tests/fuzz/run $(BUILD)/fuzz/fuzz $(FUZZ_SECONDS)

lint: ## layering, sizes, banned calls, format, cppcheck
	tests/lint/run

bench: server ## measure beside the limit and peers; writes build/bench.json
	tests/bench/run

cover: ## line coverage of the unit tests
	$(MAKE) --no-print-directory BUILD=$(BUILD)/cover COVERAGE=1 unit
	tests/unit/coverage $(BUILD)/cover

clean: ## remove everything built
	rm -rf build web/dist web/node_modules tests/node_modules

help: ## this list
	@sed -n 's/^\([a-z]*\):.* ## \(.*\)/  \1\t\2/p' Makefile | expand -t 12
