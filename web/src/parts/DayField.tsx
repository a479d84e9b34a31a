/** A day to choose, by the browser's own field, with what it means in words below. */
import { TextInput } from "@mantine/core";

interface Props {
  label: string;
  description?: string;
  value: string;
  min: string;
  max?: string;
  error?: string | undefined;
  required?: boolean;
  onChange: (day: string) => void;
}

export function DayField({ label, description, value, min, max, error, required = true, onChange }: Props) {
  return (
    <TextInput
      type="date"
      label={label}
      description={description}
      value={value}
      min={min}
      max={max}
      error={error}
      required={required}
      withAsterisk={false}
      maw="14rem"
      onChange={({ currentTarget: { value: chosen } }) => onChange(chosen)}
    />
  );
}
