export interface Schema {
  type?: string
  pattern?: string
  anyOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
}

export interface Operation {
  parameters?: { name?: string; in?: string; required?: boolean; schema?: Schema }[]
  requestBody?: { content?: Record<string, { schema: Schema }> }
  responses?: unknown
  /** The schema of a form, which Prism is given as JSON. */
  form?: Schema
}

export type Methods = Partial<Record<'get' | 'post' | 'patch', Operation>>

export interface Document {
  components?: Record<string, unknown>
  paths: Record<string, Methods>
}

/**
 * A vendor's OpenAPI made digestible for Prism, without a word of what the vendor asks of a request, but for what is
 * returned as dropped. Nothing is left of what the vendor answers: it is our requests that are checked.
 * - Stripe's is too large for Prism: only the operations under `paths` are kept.
 * - Prism does not read lists of objects in a form: forms become JSON with the same schema.
 * - Where one pattern is not a regular expression of ECMAScript, Prism silently checks nothing at all: these go.
 * - Prism takes an optional object that is absent from a query for an empty one: those that must not be empty go.
 */
export function prepare(document: Document, paths?: readonly string[]): { document: Document; dropped: string[] } {
  const dropped = new Set<string>()
  dropPatterns(document, dropped)
  const prepared: Document['paths'] = {}
  for (const path of paths ?? Object.keys(document.paths)) {
    const methods = document.paths[path]
    if (!methods) throw new Error(`The document does not describe ${path}`)
    const operations = Object.entries(methods).map(([method, operation]) => [method, requestOf(operation, dropped)])
    prepared[path] = Object.fromEntries(operations)
  }
  if (!paths) return { document: { ...document, paths: prepared }, dropped: [...dropped] }
  if (JSON.stringify(prepared).includes('"$ref"')) throw new Error('A request refers to what is cut away')
  const components = { securitySchemes: document.components?.securitySchemes }
  return { document: { ...document, paths: prepared, components }, dropped: [...dropped] }
}

function requestOf(operation: Operation, dropped: Set<string>): Operation {
  const responses = { 200: { description: 'done', content: { 'application/json': { example: {} } } } }
  const parameters = (operation.parameters ?? []).filter((parameter) => {
    if (parameter.in !== 'query' || parameter.required || !parameter.schema?.required) return true
    dropped.add(`the optional parameter ${parameter.name}`)
    return false
  })
  const request = { ...operation, parameters, responses }
  const form = operation.requestBody?.content?.['application/x-www-form-urlencoded']?.schema
  return form ? { ...request, requestBody: { content: { 'application/json': { schema: form } } }, form } : request
}

function dropPatterns(node: unknown, dropped: Set<string>): void {
  if (typeof node !== 'object' || node === null) return
  const schema = node as Record<string, unknown>
  if (typeof schema.pattern === 'string' && !isPattern(schema.pattern)) {
    dropped.add(`the pattern ${schema.pattern.slice(0, 60)}`)
    delete schema.pattern
  }
  for (const child of Object.values(schema)) dropPatterns(child, dropped)
}

function isPattern(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u')
    return true
  } catch {
    return false
  }
}
