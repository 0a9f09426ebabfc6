# SPDX-License-Identifier: LGPL-2.1-or-later
"""Installs the build into an empty folder, and uses what lies there as a stranger would.

    install.py SOURCE_ROOT BUILD_ROOT MODULE...
"""
from __future__ import annotations

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import tap

SOURCE, BUILD = (pathlib.Path(p) for p in sys.argv[1:3])
MODULES = sys.argv[3:]
sys.path.insert(0, str(SOURCE / "tools"))
import gen_ffi  # noqa: E402

HEADERS = gen_ffi.parse_headers()
CC = os.environ.get("CC", "cc").split()
PROJECT = """\
project('stranger', 'c')
foreach module : {modules}
  executable('use_' + module, 'use_' + module + '.c',
    dependencies: dependency('secmail-' + module, fallback: 'libsecmail'))
endforeach
"""


def program(module: str) -> str:
    """Uses the module's header, and its library: what frees an object takes NULL."""
    frees = next(f for f in HEADERS[module].functions if f.endswith(("_free", "_unref")))
    return (f"#include <secmail/{module}.h>\nint main(void)\n{{\n    {frees}(NULL);\n"
            "    return secmail_version_number() == SECMAIL_VERSION_NUMBER ? 0 : 1;\n}\n")


def run(*command: object, **environment: str) -> str:
    """What a command prints; a failure shows it all."""
    done = subprocess.run([str(word) for word in command], env={**os.environ, **environment},
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


class Installed(unittest.TestCase):
    folder: pathlib.Path
    prefix: pathlib.Path
    libraries: pathlib.Path

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        run("meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", cls.folder)
        found = list(cls.folder.rglob("secmail-core.pc"))
        assert len(found) == 1, found
        cls.libraries = found[0].parents[1]
        cls.prefix = next(p for p in found[0].parents if (p / "include").exists())

    @classmethod
    def tearDownClass(cls) -> None:
        shutil.rmtree(cls.folder)

    def pkg_config(self, *arguments: str) -> list[str]:
        return run("pkg-config", f"--define-variable=prefix={self.prefix}", *arguments,
                   PKG_CONFIG_PATH=str(self.libraries / "pkgconfig")).split()

    def compile(self, module: str, *flags: str) -> pathlib.Path:
        source = self.folder / f"use_{module}.c"
        source.write_text(program(module))
        binary = source.with_suffix("")
        run(*CC, "-Wall", "-Werror", source, *flags, "-o", binary)
        return binary

    def test_a_program_of_each_module_is_built_and_runs(self) -> None:
        for module in MODULES:
            flags = self.pkg_config("--cflags", "--libs", f"secmail-{module}")
            binary = self.compile(module, *flags)
            run(binary, LD_LIBRARY_PATH=str(self.libraries))
            self.assertIn(f"libsecmail-{module}.so.0", run("readelf", "-d", binary))

    def test_a_program_is_linked_statically(self) -> None:
        if not (self.libraries / "libsecmail-core.a").exists():
            self.skipTest("this build has no static libraries")
        for module in MODULES:
            flags = self.pkg_config("--static", "--cflags", "--libs", f"secmail-{module}")
            flags = [re.sub(r"^-l(secmail-\w+)$", rf"{self.libraries}/lib\1.a", f) for f in flags]
            binary = self.compile(module, *flags)
            run(binary)
            self.assertNotIn("libsecmail", run("readelf", "-d", binary))

    def test_the_umbrella_names_all_modules(self) -> None:
        flags = self.pkg_config("--libs", "secmail")
        for module in MODULES:
            self.assertIn(f"-lsecmail-{module}", flags)

    def test_exactly_the_public_headers_are_installed(self) -> None:
        names = {p.name for p in (self.prefix / "include/secmail").iterdir()}
        self.assertEqual(names, {f"{m}.h" for m in MODULES} | {"errors.h"})
        self.assertEqual([p.name for p in (self.prefix / "include").iterdir()], ["secmail"])

    def test_no_library_looks_into_the_build_folder(self) -> None:
        names = {p.name for p in self.libraries.glob("libsecmail-*.so.0")}
        self.assertEqual(names, {f"libsecmail-{m}.so.0" for m in MODULES})
        for library in self.libraries.glob("libsecmail-*.so.0"):
            entries = run("readelf", "-d", library)
            self.assertNotRegex(entries, r"RPATH|RUNPATH")
            self.assertIn(f"Library soname: [{library.name}]", entries)

    def test_the_python_package_uses_the_installed_libraries(self) -> None:
        packages = [p.parents[1] for p in self.folder.rglob("secmail/__init__.py")]
        if not packages:
            self.skipTest("this build has no Python package")
        code = ("import secmail; secmail.version();"
                "print(secmail.__file__, secmail._library.find('core'))")
        out = run(sys.executable, "-c", code, PYTHONPATH=str(packages[0]), SECMAIL_LIBRARY_PATH="",
                  LD_LIBRARY_PATH=str(self.libraries)).split()
        self.assertTrue(out[0].startswith(str(self.folder)))
        self.assertEqual(out[1], "libsecmail-core.so.0")
        committed = {p.name for p in (SOURCE / "bindings/python/secmail").iterdir() if p.is_file()}
        installed = {p.name for p in (packages[0] / "secmail").iterdir() if p.is_file()}
        self.assertEqual(committed, installed)


class Subproject(unittest.TestCase):
    def test_it_is_used_as_a_meson_subproject(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "subprojects").mkdir()
            (folder / "subprojects/libsecmail").symlink_to(SOURCE)
            (folder / "meson.build").write_text(PROJECT.format(modules=MODULES))
            for module in MODULES:
                (folder / f"use_{module}.c").write_text(program(module))
            options = ["tests", "examples", "python", "man"]
            known = re.findall(r"option\('(\w+)'", (SOURCE / "meson_options.txt").read_text())
            options += [name for name in known if name in HEADERS and name not in MODULES]
            run("meson", "setup", "-Doptimization=0", "-Ddebug=false", folder / "build", folder,
                *(f"-Dlibsecmail:{option}=disabled" for option in options))
            programs = [f"use_{module}" for module in MODULES]
            run("ninja", "-C", folder / "build", *programs)
            for binary in programs:
                run(folder / "build" / binary)


if __name__ == "__main__":
    tap.run()
