/** The bill of materials of an executable: what it is made of, as CycloneDX JSON. */
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import * as Cdx from "@cyclonedx/cyclonedx-library";
import * as z from "zod";
import { eventualVersion } from "../platform/version.js";
import type { Program } from "../protocol/program.js";

const packageSchema = z.looseObject({ name: z.string(), version: z.string() });

export interface Materials {
  /** Folders of the npm packages whose code is in the executable. */
  readonly packages: readonly string[];
  /** The npm package that Node comes from, or `node`. */
  readonly node: string;
  readonly program?: Program;
  readonly output: string;
  /** Of the executable, as hex. */
  readonly sha256: string;
}

const { ComponentType, HashAlgorithm } = Cdx.Enums;
const { Bom, Component, HashDictionary, Metadata } = Cdx.Models;
const { FromNodePackageJson, License } = Cdx.Contrib;

/** The text of the bill. It names no time and no number, so that equal executables have equal bills. */
export async function billOfMaterials(materials: Materials): Promise<string> {
  const { packages, node, program, output, sha256 } = materials;
  const application = new Component(ComponentType.Application, basename(output), {
    version: eventualVersion(),
    bomRef: "executable",
    hashes: new HashDictionary([[HashAlgorithm["SHA-256"], sha256]]),
  });
  const bom = new Bom({ metadata: new Metadata({ component: application }) });
  // One package may be installed in several places.
  const components = new Map<string | undefined, Cdx.Models.Component>();
  for (const folder of packages) {
    const component = await packageComponent(folder);
    components.set(component.purl, component);
  }
  for (const component of components.values()) bom.components.add(component);
  // SQLite's addon is native code of this package; QuickJS of the other. Their scripts are listed with the rest.
  bom.components.add(
    new Component(ComponentType.Platform, "node", {
      version: process.versions.node,
      purl: `pkg:npm/${node}@${process.versions.node}`,
      bomRef: "node",
    }),
  );
  if (program !== undefined) {
    const hashes = new HashDictionary([[HashAlgorithm["SHA-256"], program.hash]]);
    bom.components.add(new Component(ComponentType.File, program.manifest.entry, { hashes, bomRef: "program" }));
  }
  const serializer = new Cdx.Serialize.JsonSerializer(new Cdx.Serialize.JSON.Normalize.Factory(Cdx.Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

async function packageComponent(folder: string): Promise<Cdx.Models.Component> {
  const parsed = packageSchema.parse(JSON.parse(await readFile(join(folder, "package.json"), "utf8")));
  const builder = new FromNodePackageJson.Builders.ComponentBuilder(
    new FromNodePackageJson.Factories.ExternalReferenceFactory(),
    // An expression of several licences is kept as it is written.
    new License.Factories.LicenseFactory((expression) => {
      throw new RangeError(`not read: ${expression}`);
    }),
  );
  const component = builder.makeComponent(parsed, ComponentType.Library);
  if (component === undefined) throw new TypeError(`${folder} has no name`);
  const { name, version } = parsed;
  component.purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  component.bomRef.value = component.purl;
  return component;
}
