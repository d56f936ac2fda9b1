/** Stand-ins for a virus scanner, which is overloaded at first, and for a search index. */

export const virusScanner = {
  async isClean(text: string, attempt: number): Promise<boolean> {
    if (attempt < 2) throw new Error("the scanner is overloaded");
    return !text.includes("EICAR");
  },
};

export const searchIndex = {
  async add(document: string, text: string): Promise<void> {
    if (text === "") throw new RangeError(`${document} has no words`);
    console.log(`index: ${document} has ${text.split(" ").length} words`);
  },
};
