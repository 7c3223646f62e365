import {
  type ArgumentNode,
  type DocumentNode,
  type GraphQLSchema,
  getNamedType,
  isLeafType,
  Kind,
  type OperationDefinitionNode,
  print,
  TypeInfo,
  valueFromASTUntyped,
  visit,
  visitWithTypeInfo,
} from 'postgraphile/graphql'

/** What may be read in an answer that is cached. The tables behind it note their changes: note_catalogue_change. */
const entities = ['Clinic', 'Doctor', 'Specialization', 'DoctorSpecialization', 'TimeSlot', 'Service', 'DoctorService']
const types = new Set(['Query', 'PageInfo', ...entities.flatMap((name) => [name, `${name}Connection`, `${name}Edge`])])

/** Arguments that can depend on other tables. */
const choosing = new Set(['filter', 'condition', 'orderBy'])
/** What filters and conditions may name: columns and relations of the catalogue, and operators. */
const inputs = new Set(
  [
    'and or not some none every',
    'id clinicId doctorId specializationId serviceId name fullName timeZone isActive',
    'clinic doctor doctors specialization doctorSpecializations service services doctorServices timeSlots',
    'isNull equalTo notEqualTo in notIn lessThan lessThanOrEqualTo greaterThan greaterThanOrEqualTo',
    'includes includesInsensitive startsWith startsWithInsensitive endsWith endsWithInsensitive like likeInsensitive',
  ].flatMap((names) => names.split(' ')),
)
const orders =
  /^(NATURAL|PRIMARY_KEY_(ASC|DESC)|(ID|CLINIC_ID|DOCTOR_ID|NAME|FULL_NAME|START_TIME|POSITION)_(ASC|DESC))$/

/** Returns the key under which the answer to a document with some variables is cached; undefined if it must not be. */
export type KeyOfAnswer = (variables: Record<string, unknown>) => string | undefined

/**
 * How the answers to a valid document are cached for anonymous callers; undefined if the document reads more than the
 * catalogue.
 */
export function catalogueKey(schema: GraphQLSchema, document: DocumentNode): KeyOfAnswer | undefined {
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)
  const [operation] = operations as OperationDefinitionNode[]
  if (operation?.operation !== 'query' || operations.length > 1) return undefined
  const chosen = choosingArguments(schema, document)
  if (!chosen) return undefined
  const text = print(document)
  const defaults = Object.fromEntries(
    (operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
    ),
  )
  return (given) => {
    const variables = { ...defaults, ...given }
    const isOfCatalogue = chosen.every(({ name, value }) =>
      isCatalogueInput(name.value, valueFromASTUntyped(value, variables)),
    )
    return isOfCatalogue ? JSON.stringify([text, given]) : undefined
  }
}

/** The arguments that decide about rows; undefined if the document reads other types, or the schema itself. */
function choosingArguments(schema: GraphQLSchema, document: DocumentNode): ArgumentNode[] | undefined {
  const found: ArgumentNode[] = []
  let isOfCatalogue = true
  const typeInfo = new TypeInfo(schema)
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Field({ name }) {
        const type = getNamedType(typeInfo.getType())
        const isOfRoot = typeInfo.getParentType()?.name === 'Query'
        const isLeaf = type && isLeafType(type) && !isOfRoot
        const isTypeName = name.value === '__typename'
        if (!isTypeName && !isLeaf && !(type && types.has(type.name))) isOfCatalogue = false
      },
      Argument(argument) {
        if (choosing.has(argument.name.value)) found.push(argument)
      },
    }),
  )
  return isOfCatalogue ? found : undefined
}

function isCatalogueInput(argument: string, value: unknown): boolean {
  if (argument === 'orderBy') return [value].flat().every((each) => each == null || orders.test(String(each)))
  if (Array.isArray(value)) return value.every((each) => isCatalogueInput(argument, each))
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([name, inner]) => inputs.has(name) && isCatalogueInput(argument, inner))
}
