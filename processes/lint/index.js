// What every diagram of this project has to say, as bpmnlint rules.
module.exports = {
  configs: {
    recommended: {
      rules: {
        'known-operation': 'error',
        'rules-named': 'error',
        'task-duty': 'error',
        'task-form': 'error'
      }
    }
  }
};
