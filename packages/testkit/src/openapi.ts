import type { App } from '@guichet/server'
import { stringify } from 'yaml'

/** The service's OpenAPI document as YAML, to compare with `contracts/http/<service>.yaml`. */
export async function openapiYaml(app: App): Promise<string> {
  await app.ready()
  const head = '# Generated from the running service (its tests, with vitest -u). Do not edit.\n'
  return head + stringify(JSON.parse(JSON.stringify(app.swagger())), { aliasDuplicateObjects: false, lineWidth: 120 })
}
