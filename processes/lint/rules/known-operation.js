const { extensions, isExactly } = require('../extensions');
const known = new Set(require('../operations.json'));

/** Every service task names an operation that is registered on the server. */
module.exports = function() {
  function check(node, reporter) {
    if (!isExactly(node, 'bpmn:ServiceTask')) return;
    const [operator, ...others] = extensions(node, 'serviceTaskOperator');
    if (operator === undefined) {
      reporter.report(node.id, 'Service task names no operation (serviceTaskOperator)');
    } else if (others.length) {
      reporter.report(node.id, 'Service task names more than one operation');
    } else if (!known.has(operator.id)) {
      reporter.report(node.id, `Operation "${operator.id ?? ''}" is not in lint/operations.json`);
    }
  }
  return { check };
};
