const { isExactly, property } = require('../extensions');

// A package-relative name without suffix: forms/<package>/<form>.json.
const NAME = /^[\w-]+$/;

/** Every user task names the form that its person fills in. */
module.exports = function() {
  function check(node, reporter) {
    if (!isExactly(node, 'bpmn:UserTask')) return;
    const form = property(node, 'form');
    if (form === undefined) {
      reporter.report(node.id, 'User task names no form (property "form")');
    } else if (!NAME.test(form)) {
      reporter.report(node.id, `Form "${form}" is not a file name without folder and suffix`);
    }
  }
  return { check };
};
