const assert = require('node:assert/strict');
const { test } = require('node:test');
const { BpmnModdle } = require('bpmn-moddle');
const Linter = require('bpmnlint/lib/linter');
const NodeResolver = require('bpmnlint/lib/resolver/node-resolver');

const OURS = { extends: 'plugin:fuwu/recommended' };

/** Lint one flow element and return `rule: message` of everything reported. */
async function lint(element) {
  const xml = `<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
      xmlns:s="http://spiffworkflow.org/bpmn/schema/1.0/core" targetNamespace="t">
    <bpmn:process id="p">${element}</bpmn:process></bpmn:definitions>`;
  const { rootElement } = await new BpmnModdle().fromXML(xml);
  const linter = new Linter({ resolver: new NodeResolver() });
  const results = await linter.lint(rootElement, OURS);
  return Object.entries(results).flatMap(([rule, reports]) =>
    reports.map(({ id, message }) => `${rule} ${id}: ${message}`));
}

function task(properties, type = 'userTask', more = '') {
  const all = Object.entries(properties)
    .map(([name, value]) => `<s:property name="${name}" value="${value}"/>`).join('');
  return `<bpmn:${type} id="T"><bpmn:extensionElements><s:properties>${all}</s:properties>${more}` +
    `</bpmn:extensionElements></bpmn:${type}>`;
}

const COMPLETE = { form: 'UT_plan', duty: 'sales_manager', rules: 'R1.2.1 R1.3', mode: 'all' };

test('a complete user task is accepted, whatever prefix the file uses', async () => {
  assert.deepEqual(await lint(task(COMPLETE)), []);
});

test('a bare user task lacks form, duty and rules', async () => {
  const found = await lint('<bpmn:userTask id="T"/>');

  assert.deepEqual(found.map((line) => line.split(':')[0].split('/')[1]).sort(),
    ['rules-named T', 'task-duty T', 'task-form T']);
});

test('a form is a name, not a path', async () => {
  const [found] = await lint(task({ ...COMPLETE, form: 'forms/UT_plan.json' }));

  assert.match(found, /task-form T: Form "forms\/UT_plan.json"/);
});

test('a mode that the engine does not know is reported', async () => {
  const [found] = await lint(task({ ...COMPLETE, mode: 'both' }));

  assert.match(found, /Mode "both" is none of one, any, all, notify/);
});

test('a rule id has the form of the procedure', async () => {
  const [found] = await lint(task({ ...COMPLETE, rules: 'R1.2.1 1.3' }));

  assert.match(found, /"1.3" is not the id of a rule/);
});

test('a service task names a registered operation', async () => {
  const service = (id) => task({ rules: 'R1.1' }, 'serviceTask', `<s:serviceTaskOperator id="${id}"/>`);

  assert.deepEqual(await lint(service('notify')), []);
  assert.match((await lint(service('rm -rf')))[0], /Operation "rm -rf" is not in/);
  assert.match((await lint(task({ rules: 'R1.1' }, 'serviceTask')))[0], /names no operation/);
});

test('properties of another vendor do not count', async () => {
  const foreign = task(COMPLETE).replace(/<s:/g, '<x:').replace(/<\/s:/g, '</x:')
    .replace('<bpmn:userTask', '<bpmn:userTask xmlns:x="urn:other"');

  assert.equal((await lint(foreign)).length, 3);
});

test('steps without work of the procedure need nothing', async () => {
  assert.deepEqual(await lint('<bpmn:scriptTask id="S"/><bpmn:startEvent id="E"/>'), []);
});
