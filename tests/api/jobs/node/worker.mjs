// A worker as anybody would write one with the public client; ends with its stdin.
import createCamundaClient from '@camunda8/orchestration-cluster-api';

const client = createCamundaClient({
  config: {
    CAMUNDA_REST_ADDRESS: process.env.ADDRESS,
    CAMUNDA_AUTH_STRATEGY: 'BASIC',
    CAMUNDA_BASIC_AUTH_USERNAME: process.env.USERNAME,
    CAMUNDA_BASIC_AUTH_PASSWORD: process.env.TOKEN,
  },
});

function handle(job) {
  const { mode, amount } = job.variables;
  if (mode === 'decline') {
    return job.error({ errorCode: 'declined', errorMessage: 'over the limit' });
  }
  if (mode === 'later' && job.retries > 1) {
    return job.fail({ errorMessage: 'busy', retries: 1, retryBackOff: 10 });
  }
  if (mode === 'broken') {
    return job.fail({ errorMessage: 'broken', retries: 0 });
  }
  return job.complete({ paid: amount * 2, currency: job.customHeaders.currency });
}

const worker = client.createJobWorker({
  jobType: 'pay.invoice',
  jobTimeoutMs: 60000,
  pollIntervalMs: 50,
  pollTimeoutMs: 5000,
  maxParallelJobs: 5,
  workerName: 'node',
  jobHandler: handle,
});

process.stdin.resume();
process.stdin.on('end', () => {
  worker.stop();
  process.exit(0);
});
