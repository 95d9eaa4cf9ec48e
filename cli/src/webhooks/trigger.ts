import { explainProblem, type PublicApi } from '../public-api.ts'
import { Refusal } from '../refusal.ts'

/** Lets a test event happen, or lists the types when none is named. */
export async function trigger(
  api: PublicApi,
  publicUrl: string,
  organizerId: string,
  type: string | undefined,
  endpointId: string | undefined,
): Promise<number> {
  const types = await typesOf(publicUrl)
  if (type === undefined) {
    console.log(types.join('\n'))
    return 0
  }
  if (!types.includes(type)) throw new Refusal(`"${type}" is no type: ${types.join(', ')}.`)
  const answer = await api.call<{ id: string }>('notifications', 'POST', `/v1/organizers/${organizerId}/test-events`, {
    body: { type, ...(endpointId === undefined ? {} : { endpointId }) },
  })
  if (answer.status !== 201) throw new Refusal(`It was refused: ${explainProblem(answer)}`)
  console.log(`${type} ${answer.body.id}${endpointId ? '' : ', for those who listen'}`)
  return 0
}

interface Document {
  paths?: Record<string, { post?: { requestBody?: { content?: Record<string, { schema?: Schema }> } } }>
}
interface Schema {
  properties?: { type?: { enum?: string[] } }
}

/** As the running service says in its own OpenAPI document. */
async function typesOf(publicUrl: string): Promise<string[]> {
  const answer = await fetch(`${publicUrl}/api/notifications/openapi.json`, { signal: AbortSignal.timeout(10_000) })
  const { paths } = (await answer.json()) as Document
  const body = paths?.['/v1/organizers/{organizerId}/test-events']?.post?.requestBody?.content?.['application/json']
  return body?.schema?.properties?.type?.enum ?? []
}
