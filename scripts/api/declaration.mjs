// A declaration as a report has it.
import ts from "typescript";

const printer = ts.createPrinter({ removeComments: true });

/**
 * A declaration's lines, without comments, `export` and what is private.
 * @param {ts.Declaration} declaration
 * @returns {string[]}
 */
export function declarationText(declaration) {
  const file = declaration.getSourceFile();
  const { transformed } = ts.transform(statementOf(declaration), [withoutPrivate]);
  return transformed.flatMap((node) =>
    printer
      .printNode(ts.EmitHint.Unspecified, node, file)
      .replaceAll(/^export |\bdeclare /gm, "")
      // An empty tuple is printed over two lines.
      .replaceAll(/\[\s+\]/g, "[]")
      .split("\n")
      .map((line) => line.replace(/^(?: {4})+/, (blanks) => " ".repeat(blanks.length / 2))),
  );
}

/**
 * The names of types that a declaration makes use of, and of constants of which it takes the type.
 * @param {ts.Node} node
 * @returns {ts.Node[]}
 */
export function namesIn(node) {
  if (isPrivate(node)) return [];
  /** @type {ts.Node[]} */
  const names = [];
  if (ts.isTypeReferenceNode(node)) names.push(node.typeName);
  if (ts.isTypeQueryNode(node)) names.push(node.exprName);
  if (ts.isExpressionWithTypeArguments(node)) names.push(node.expression);
  if (ts.isImportTypeNode(node) && node.qualifier !== undefined) names.push(node.qualifier);
  ts.forEachChild(node, (child) => {
    names.push(...namesIn(child));
  });
  return names;
}

/**
 * The statement that a declaration is part of: a constant's, with its `const`.
 * @param {ts.Declaration} declaration
 * @returns {ts.Node}
 */
function statementOf(declaration) {
  return ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
}

/**
 * Whether a node is a member that only its class sees.
 * @param {ts.Node} node
 */
function isPrivate(node) {
  if (!ts.isClassElement(node)) return false;
  const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined;
  return (
    modifiers?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword) === true ||
    (node.name !== undefined && ts.isPrivateIdentifier(node.name))
  );
}

/**
 * Leaves out what is private.
 * @type {ts.TransformerFactory<ts.Node>}
 */
const withoutPrivate = (context) => (root) => {
  /**
   * @param {ts.Node} node
   * @returns {ts.Node | undefined}
   */
  const visit = (node) => (isPrivate(node) ? undefined : ts.visitEachChild(node, visit, context));
  return ts.visitEachChild(root, visit, context);
};
