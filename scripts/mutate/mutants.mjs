import ts from "typescript";

/**
 * One change of one file: the characters from `start` to `end` become `text`.
 * @typedef {{ start: number, end: number, text: string, kind: string }} Mutant
 */

/** What an operator becomes. */
const operators = new Map(
  /** @type {[ts.SyntaxKind, string[]][]} */ ([
    [ts.SyntaxKind.PlusToken, ["-"]],
    [ts.SyntaxKind.MinusToken, ["+"]],
    [ts.SyntaxKind.AsteriskToken, ["/"]],
    [ts.SyntaxKind.SlashToken, ["*"]],
    [ts.SyntaxKind.PercentToken, ["*"]],
    [ts.SyntaxKind.LessThanToken, ["<=", ">="]],
    [ts.SyntaxKind.LessThanEqualsToken, ["<", ">"]],
    [ts.SyntaxKind.GreaterThanToken, [">=", "<="]],
    [ts.SyntaxKind.GreaterThanEqualsToken, [">", "<"]],
    [ts.SyntaxKind.EqualsEqualsEqualsToken, ["!=="]],
    [ts.SyntaxKind.ExclamationEqualsEqualsToken, ["==="]],
    [ts.SyntaxKind.AmpersandAmpersandToken, ["||"]],
    [ts.SyntaxKind.BarBarToken, ["&&"]],
    [ts.SyntaxKind.AmpersandToken, ["|"]],
    [ts.SyntaxKind.BarToken, ["&"]],
    [ts.SyntaxKind.LessThanLessThanToken, [">>"]],
    [ts.SyntaxKind.GreaterThanGreaterThanToken, ["<<"]],
    [ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken, ["<<"]],
    [ts.SyntaxKind.PlusEqualsToken, ["-="]],
    [ts.SyntaxKind.MinusEqualsToken, ["+="]],
    [ts.SyntaxKind.AsteriskEqualsToken, ["/="]],
    [ts.SyntaxKind.SlashEqualsToken, ["*="]],
  ]),
);

/** What a method or function becomes; null stands for what it is called on. */
const methods = new Map(
  /** @type {[string, string | null][]} */ ([
    ["some", "every"],
    ["every", "some"],
    ["min", "max"],
    ["max", "min"],
    ["floor", "ceil"],
    ["ceil", "floor"],
    ["push", "unshift"],
    ["slice", null],
    ["filter", null],
    ["sort", null],
    ["toSorted", null],
    ["reverse", null],
    ["toReversed", null],
    ["trim", null],
  ]),
);

/**
 * All mutants of a file. The texts of errors and what only types see is left as it is, and so are strings.
 * @param {string} path
 * @param {string} source
 * @returns {Mutant[]}
 */
export function mutantsOf(path, source) {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  /** @type {Mutant[]} */
  const mutants = [];
  /** @param {ts.Node} node @param {string} text @param {string} kind */
  const replace = (node, text, kind) =>
    mutants.push({ start: node.getStart(file), end: node.getEnd(), text, kind });

  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isThrowStatement(node))
      return;
    if (ts.isBinaryExpression(node)) {
      const { operatorToken: operator, left, right } = node;
      for (const other of operators.get(operator.kind) ?? []) replace(operator, other, "operator");
      if (operator.kind === ts.SyntaxKind.QuestionQuestionToken) replace(node, left.getText(file), "default");
      // The two sides of a condition alone.
      if (
        operator.kind === ts.SyntaxKind.AmpersandAmpersandToken ||
        operator.kind === ts.SyntaxKind.BarBarToken
      ) {
        replace(node, left.getText(file), "condition");
        replace(node, right.getText(file), "condition");
      }
    } else if (ts.isPrefixUnaryExpression(node) && node.operator !== ts.SyntaxKind.PlusToken) {
      const { operator, operand } = node;
      if (operator === ts.SyntaxKind.PlusPlusToken) replace(node, `--${operand.getText(file)}`, "operator");
      else if (operator === ts.SyntaxKind.MinusMinusToken)
        replace(node, `++${operand.getText(file)}`, "operator");
      else replace(node, operand.getText(file), "sign");
    } else if (ts.isPostfixUnaryExpression(node)) {
      const other = node.operator === ts.SyntaxKind.PlusPlusToken ? "--" : "++";
      replace(node, `${node.operand.getText(file)}${other}`, "operator");
    } else if (ts.isNumericLiteral(node)) {
      replace(node, anotherNumber(Number(node.text.replaceAll("_", ""))), "number");
    } else if (node.kind === ts.SyntaxKind.TrueKeyword) replace(node, "false", "boolean");
    else if (node.kind === ts.SyntaxKind.FalseKeyword) replace(node, "true", "boolean");
    else if (ts.isIfStatement(node)) conditions(node.expression, ["true", "false"]);
    else if (ts.isConditionalExpression(node)) conditions(node.condition, ["true", "false"]);
    else if (ts.isWhileStatement(node)) conditions(node.expression, ["false"]);
    else if (ts.isExpressionStatement(node) && isEffect(node.expression)) replace(node, ";", "statement");
    else if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const { name, expression } = node.expression;
      const other = methods.get(name.text);
      if (other === null) replace(node, expression.getText(file), "method");
      else if (other !== undefined) replace(name, other, "method");
    } else if (ts.isArrayLiteralExpression(node) && node.elements.length > 0 && !isTarget(node)) {
      replace(node, "[]", "array");
    }
    ts.forEachChild(node, visit);
  };
  /** @param {ts.Expression} condition @param {string[]} values */
  const conditions = (condition, values) => {
    for (const value of values) replace(condition, value, "condition");
  };
  visit(file);
  return mutants.toSorted((a, b) => a.start - b.start || a.end - b.end || (a.text < b.text ? -1 : 1));
}

/** @param {number} value */
function anotherNumber(value) {
  if (value === 0) return "1";
  if (value === 1) return "0";
  return String(Number.isInteger(value) ? value + 1 : value * 1.5);
}

/** Whether a statement's expression is there for what it does. @param {ts.Expression} expression */
function isEffect(expression) {
  if (ts.isCallExpression(expression)) return true;
  if (!ts.isBinaryExpression(expression)) return false;
  const { kind } = expression.operatorToken;
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

/** Whether values are assigned to the elements. @param {ts.ArrayLiteralExpression} node */
function isTarget(node) {
  const { parent } = node;
  return (
    ts.isBinaryExpression(parent) &&
    parent.left === node &&
    parent.operatorToken.kind === ts.SyntaxKind.EqualsToken
  );
}
