#!/usr/bin/env python3
"""sbom.py [FILE]: writes what the binary and the pages are made of, as CycloneDX 1.5 (JSON); to standard output without FILE.

Crates are those that `ashkar` links or runs to be built on Linux, packages of npm those in the lock file that are not for
development only, and the fonts of documents. Made from the lock files alone, so the same commit gives the same text.
"""
import json
import subprocess
import sys
import tomllib
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent


def crates():
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", "x86_64-unknown-linux-gnu"]
    metadata = json.loads(subprocess.run(command, cwd=REPO, check=True, capture_output=True, text=True).stdout)
    checksums = {(p["name"], p["version"]): p.get("checksum") for p in tomllib.loads((REPO / "Cargo.lock").read_text())["package"]}
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    root = next(id for id, package in packages.items() if package["name"] == "ashkar")
    wanted, edges, ahead = set(), {}, [root]
    while ahead:
        id = ahead.pop()
        if id in wanted:
            continue
        wanted.add(id)
        edges[id] = [d["pkg"] for d in nodes[id]["deps"] if any(kind["kind"] != "dev" for kind in d["dep_kinds"])]
        ahead.extend(edges[id])
    ref = {id: f"pkg:cargo/{packages[id]['name']}@{packages[id]['version']}" for id in wanted}

    def component(id):
        package = packages[id]
        made = {"type": "application" if id == root else "library", "bom-ref": ref[id], "purl": ref[id],
                "name": package["name"], "version": package["version"]}
        if package.get("license"):
            made["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
        if checksum := checksums.get((package["name"], package["version"])):
            made["hashes"] = [{"alg": "SHA-256", "content": checksum}]
        return made

    components = {id: component(id) for id in wanted}
    depends = [{"ref": ref[id], "dependsOn": sorted(ref[d] for d in edges[id])} for id in wanted]
    return components.pop(root), list(components.values()), depends


def pages():
    for path, package in json.loads((REPO / "web/package-lock.json").read_text())["packages"].items():
        if not path or package.get("dev"):
            continue
        name = path.rsplit("node_modules/", 1)[1]
        purl = f"pkg:npm/{name.replace('@', '%40')}@{package['version']}"
        made = {"type": "library", "bom-ref": purl, "purl": purl, "name": name, "version": package["version"]}
        if package.get("license"):
            made["licenses"] = [{"expression": package["license"]}]
        yield made


def fonts():
    """The fonts that documents are set in, which a crate brings; Cargo knows only the licence of its code."""
    for name, licence in (("Libertinus Serif", "OFL-1.1"), ("DejaVu Sans Mono", "Bitstream-Vera")):
        yield {"type": "data", "bom-ref": f"font:{name.lower().replace(' ', '-')}", "name": name,
               "licenses": [{"expression": licence}]}


def main():
    root, linked, depends = crates()
    bundled = list(pages())
    # The pages are inside the binary.
    next(one for one in depends if one["ref"] == root["bom-ref"])["dependsOn"].extend(one["bom-ref"] for one in bundled)
    bundled_fonts = list(fonts())
    carrier = next(one for one in depends if one["ref"].startswith("pkg:cargo/typst-assets@"))
    carrier["dependsOn"].extend(one["bom-ref"] for one in bundled_fonts)
    bundled += bundled_fonts
    by_ref = lambda one: one.get("bom-ref") or one["ref"]  # noqa: E731
    components = sorted(linked + bundled, key=by_ref)
    known = {by_ref(one) for one in components} | {root["bom-ref"]}
    unknown = [ref for one in depends for ref in one["dependsOn"] if ref not in known]
    unlicensed = [by_ref(one) for one in components if "licenses" not in one]
    if unknown or unlicensed or len(known) != len(components) + 1:
        sys.exit(f"sbom: unknown {unknown}, without a licence {unlicensed}, twice {len(components) + 1 - len(known)}")
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "metadata": {"component": root},
           "components": components, "dependencies": sorted(depends, key=by_ref)}
    text = json.dumps(bom, indent=1, ensure_ascii=False) + "\n"
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(text)
        print(f"{len(linked)} crates and {len(bundled) - len(bundled_fonts)} packages of npm, {len(bundled_fonts)} fonts")
    else:
        sys.stdout.write(text)


main()
