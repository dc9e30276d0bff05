// Read the extension elements of our vocabulary. bpmnlint parses without a
// descriptor for them, so they arrive as generic elements with $children.
const NAMESPACE = 'http://spiffworkflow.org/bpmn/schema/1.0/core';

/** All extension elements of a kind, e.g. `properties`, that `node` carries. */
function extensions(node, kind) {
  const values = node.get('extensionElements')?.get('values') ?? [];
  return values.filter((value) => isOurs(value, kind));
}

/** The value of a named property, or undefined when it is absent or blank. */
function property(node, name) {
  const properties = extensions(node, 'properties').flatMap((value) => value.$children ?? []);
  const found = properties.find((child) => isOurs(child, 'property') && child.name === name);
  return found?.value?.trim() || undefined;
}

function isOurs(value, kind) {
  const { uri, localName } = value.$descriptor?.ns ?? {};
  return uri === NAMESPACE && localName === kind;
}

/** Whether `node` is of one of the BPMN types; not of a type derived from it. */
function isExactly(node, ...types) {
  return types.includes(node.$type);
}

module.exports = { extensions, property, isExactly };
