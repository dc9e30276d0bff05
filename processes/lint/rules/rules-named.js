const { isExactly, property } = require('../extensions');

const WORK = ['bpmn:UserTask', 'bpmn:ServiceTask', 'bpmn:BusinessRuleTask'];
// R: the procedure; A: a settled ambiguity; X: what staff expect beyond it.
const RULE = /^[RAX]\d+(\.\d+)*$/;

/** Every step that does the procedure's work says which of its rules it serves. */
module.exports = function() {
  function check(node, reporter) {
    if (!isExactly(node, ...WORK)) return;
    const rules = property(node, 'rules')?.split(/\s+/);
    if (rules === undefined) {
      reporter.report(node.id, 'Step names no rule of the procedure (property "rules")');
      return;
    }
    for (const rule of rules.filter((name) => !RULE.test(name))) {
      reporter.report(node.id, `"${rule}" is not the id of a rule, such as R1.2.1`);
    }
  }
  return { check };
};
