/** Two words that are easy to say to a colleague: "Amber Lattice". Randomness is an argument. */

const FIRST = [
  "Amber", "Bright", "Calm", "Clear", "Cobalt", "Copper", "Crisp", "Curious", "Deep", "Early", "Fine", "Gentle", "Golden",
  "Green", "Hidden", "Indigo", "Kind", "Light", "Lucid", "Mellow", "Noble", "Patient", "Quiet", "Rapid", "Ruby", "Sharp",
  "Silver", "Sunny", "Swift", "Tidy", "Violet", "Warm",
] as const;
const SECOND = [
  "Alloy", "Beam", "Boson", "Bragg", "Cell", "Crystal", "Domain", "Echo", "Filter", "Fringe", "Garnet", "Grain", "Halo",
  "Helix", "Kagome", "Lattice", "Lens", "Magnon", "Mirror", "Muon", "Neutron", "Optic", "Peak", "Phonon", "Photon", "Prism",
  "Quartz", "Ripple", "Spinel", "Spiral", "Vector", "Wave",
] as const;

const pick = (words: readonly string[], random: () => number): string =>
  words[Math.min(words.length - 1, Math.floor(random() * words.length))] ?? "";

/** A name that is not among `taken`, as long as one is found in a few throws. */
export function friendlyName(random: () => number, taken: readonly string[] = []): string {
  let name = "";
  for (let throws = 0; throws < 8; throws += 1) {
    name = `${pick(FIRST, random)} ${pick(SECOND, random)}`;
    if (!taken.includes(name)) return name;
  }
  return name;
}
