export default function DeskPage({ clinicId }: { clinicId: string | undefined }) {
  return clinicId ?? null
}
