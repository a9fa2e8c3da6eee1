// Decides IAM requests: one JSON document a line on stdin, one answer a line on stdout.
// It ends when stdin does, so it cannot outlive the process that started it.
import { createInterface } from 'node:readline'
import { getDenialReasons, runSimulation } from '@cloud-copilot/iam-simulate'

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(await decide(JSON.parse(line))) + '\n')
}

/** The decision, and for a refusal which kind of policy refused (identity, resource, ...) and how. */
async function decide(simulation) {
  const outcome = await runSimulation(simulation, {}).catch((error) => ({ resultType: 'error', errors: { message: String(error) } }))
  if (outcome.resultType === 'error') return { decision: 'Error', errors: outcome.errors }
  if (outcome.overallResult === 'Allowed') return { decision: 'Allowed' }
  const results = outcome.resultType === 'single' ? [outcome.result] : outcome.results
  return { decision: outcome.overallResult, denials: results.flatMap((result) => getDenialReasons(result.analysis)) }
}
