import {
  type DocumentNode,
  type FieldNode,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  Kind,
  parseValue,
  TypeInfo,
  type ValueNode,
  valueFromASTUntyped,
  visit,
  visitWithTypeInfo,
} from 'postgraphile/graphql'
import { databaseOfId, globalNumber, idsOfShard } from '../../../database/several_databases.ts'
import type { Shards } from '../../../database/shards.ts'
import type { ClinicTables } from './clinic_tables.ts'
import type { MarkedField } from './marked_fields.ts'
import { tableOf } from './tables_of_types.ts'
import type { TablesOfQueries } from './tables_read.ts'

/** A list of copied rows with a filter. */
interface Candidate {
  field: FieldNode
  filter: ValueNode
  type: GraphQLInputType
  /** The name of the column with the clinic. */
  clinic: 'id' | 'clinicId'
}

/** Marks the fields of documents that list copied rows by filters that read tables without copies. */
export class OwnRows {
  readonly #schema: GraphQLSchema
  readonly #tables: ClinicTables
  readonly #queries: TablesOfQueries
  readonly #shards: Shards
  readonly #known = new WeakMap<DocumentNode, { candidates: Candidate[]; marked: Map<string, DocumentNode> }>()

  constructor(schema: GraphQLSchema, tables: ClinicTables, queries: TablesOfQueries, shards: Shards) {
    this.#schema = schema
    this.#tables = tables
    this.#queries = queries
    this.#shards = shards
  }

  /** The document with its marks, which depend on variables; the same document if there are none. */
  marked(document: DocumentNode, variables: Record<string, unknown>): DocumentNode {
    const known = this.#known.get(document) ?? { candidates: this.#candidatesIn(document), marked: new Map() }
    this.#known.set(document, known)
    const chosen = known.candidates.filter(({ filter, type }) =>
      this.#queries.readsWithoutCopies(type, valueFromASTUntyped(filter, variables)),
    )
    if (chosen.length === 0) return document
    const own = this.#ownClinics()
    const key = [...chosen.map(({ field }) => known.candidates.findIndex((each) => each.field === field)), own].join(
      ' ',
    )
    const marked = known.marked.get(key) ?? mark(document, chosen, own)
    known.marked.set(key, marked)
    return marked
  }

  #candidatesIn(document: DocumentNode): Candidate[] {
    const candidates: Candidate[] = []
    const typeInfo = new TypeInfo(this.#schema)
    const enter = (field: FieldNode) => {
      const definition = typeInfo.getFieldDef()
      const filter = field.arguments?.find(({ name }) => name.value === 'filter')?.value
      const table = definition?.extensions.medislotOrder && tableOf(getNamedType(definition.type))
      if (!filter || table === undefined || !this.#tables.get(table)?.isCopied) return
      const type = definition?.args.find(({ name }) => name === 'filter')?.type
      const clinic = table === 'app_public.clinics' ? 'id' : 'clinicId'
      const input = getNamedType(type)
      if (type && isInputObjectType(input) && clinic in input.getFields())
        candidates.push({ field, filter, type, clinic })
    }
    visit(document, visitWithTypeInfo(typeInfo, { Field: { enter } }))
    return candidates
  }

  /** What the ids of the global database's own clinics fulfil, as a part of a filter. */
  #ownClinics(): string {
    const moved = [...this.#shards.moved]
    const idsOf = (clinics: typeof moved) => JSON.stringify(clinics.map(([id]) => id))
    const away = moved.filter(([id]) => databaseOfId(id) === globalNumber)
    const returned = moved.filter(([, number]) => number === globalNumber)
    return `[{ lessThan: "${idsOfShard}", notIn: ${idsOf(away)} }, { in: ${idsOf(returned)} }]`
  }
}

/** A copy of a document in which fields are marked with the filter of the global database. */
function mark(document: DocumentNode, chosen: Candidate[], own: string): DocumentNode {
  const either = parseValue(own)
  if (either.kind !== Kind.LIST) throw new Error('a list of conditions is expected')
  const object = (name: string, value: ValueNode): ValueNode => ({
    kind: Kind.OBJECT,
    fields: [{ kind: Kind.OBJECT_FIELD, name: { kind: Kind.NAME, value: name }, value }],
  })
  return visit(document, {
    Field: {
      enter(field): MarkedField | undefined {
        const candidate = chosen.find((each) => each.field === field)
        if (!candidate) return undefined
        const { filter, clinic } = candidate
        const isOwn = object('or', { kind: Kind.LIST, values: either.values.map((ids) => object(clinic, ids)) })
        const filterOfGlobal = object('and', { kind: Kind.LIST, values: [filter, isOwn] })
        return { ...field, filterOfGlobal }
      },
    },
  })
}
