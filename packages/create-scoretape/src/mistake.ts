/** What is wrong with what the user gave, in one line. */
export class Mistake extends Error {
  override readonly name = "Mistake";
}
