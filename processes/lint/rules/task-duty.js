const { isExactly, property } = require('../extensions');

const MODES = ['one', 'any', 'all', 'notify'];

/** Every user task names the duty whose holders do it, and how they share it. */
module.exports = function() {
  function check(node, reporter) {
    if (!isExactly(node, 'bpmn:UserTask')) return;
    if (property(node, 'duty') === undefined) {
      reporter.report(node.id, 'User task names no duty (property "duty")');
    }
    const mode = property(node, 'mode');
    if (mode !== undefined && !MODES.includes(mode)) {
      reporter.report(node.id, `Mode "${mode}" is none of ${MODES.join(', ')}`);
    }
  }
  return { check };
};
