import 'postgraphile'

/**
 * Plain names. The column `id` is called `id`: PostGraphile reserves that name for Relay's global ids, which this API does
 * not have. A relation is named after the last column of its key, since the first column of every key is the clinic:
 * bookings.(clinic_id, doctor_id) gives `booking.doctor` and `doctor.bookings`.
 * Rejected: a smart tag for each constraint, which would be forgotten for the next table.
 */
export const NamingPlugin: GraphileConfig.Plugin = {
  name: 'MedislotNamingPlugin',
  after: ['PgSimplifyInflectionPlugin'],
  inflection: {
    replace: {
      // Names are unique across the schemas of the API.
      _schemaPrefix() {
        return ''
      },
      _attributeName(previous, _options, details) {
        return previous?.({ ...details, skipRowId: true }) ?? details.attributeName
      },
      // A table's type has the singular of its name; a composite type keeps its name: AuthTokens.
      _singularizedCodecName(previous, _options, codec) {
        const isType = codec.extensions?.isTableLike === false
        return isType || !previous ? this.dontEndInInputOrPatch(this._codecName(codec)) : previous(codec)
      },
      // A function's result is named after its type: bookSlot { booking }, signIn { authTokens }; a scalar is `result`.
      functionMutationResultFieldName(_previous, _options, { resource, returnGraphQLTypeName }) {
        if (!resource.codec.attributes) return 'result'
        return this.camelCase(resource.isUnique ? returnGraphQLTypeName : this.pluralize(returnGraphQLTypeName))
      },
      // GraphQL's convention for enum values: CHECKED_IN.
      enumValue(previous, _options, value, codec) {
        return this.constantCase(previous?.(value, codec) ?? value)
      },
      singleRelation(_previous, _options, { registry, codec, relationName }) {
        const relation = registry.pgRelations[codec.name]?.[relationName]
        const role = this._getBaseName(relation?.localAttributes.at(-1) ?? '') ?? relationName
        const remote = relation?.remoteResource
        // `customer_id` leads to a customer, and with the clinic to the clinic's record of one: only the first is `customer`.
        const elsewhere = Object.values(registry.pgResources).some(
          (table) => table !== remote && !table.parameters && singularOf(this, table.name) === role,
        )
        return this.camelCase(elsewhere && remote ? this.singularize(remote.name) : role)
      },
      singleRelationBackwards(_previous, _options, { registry, codec, relationName }) {
        return this.camelCase(this.singularize(backwardName(registry.pgRelations[codec.name], relationName)))
      },
      _manyRelation(_previous, _options, { registry, codec, relationName }) {
        return this.camelCase(backwardName(registry.pgRelations[codec.name], relationName))
      },
    },
  },
}

const singulars = new Map<string, string>()

/** Remembered, since each relation asks for it of each table. */
function singularOf({ singularize }: { singularize(word: string): string }, name: string): string {
  const singular = singulars.get(name) ?? singularize(name)
  singulars.set(name, singular)
  return singular
}

interface Relation {
  isReferencee?: boolean
  remoteAttributes: readonly string[]
  remoteResource: { name: string }
  extensions?: { tags?: { behavior?: unknown } } | undefined
}

/** The other table's name, with the column when several of its keys lead here. */
function backwardName(relations: Record<string, Relation> | undefined, relationName: string): string {
  const relation = relations?.[relationName]
  if (!relations || !relation) return relationName
  const table = relation.remoteResource.name
  const same = Object.values(relations).filter(
    (other) => other.isReferencee && other.remoteResource.name === table && !hidden(other),
  )
  return same.length > 1 ? `${table}-by-${relation.remoteAttributes.at(-1)}` : table
}

const hidden = ({ extensions }: Relation) => [extensions?.tags?.behavior ?? []].flat().includes('-*')
