# Of a suite's log: what failed, and below each its error and the place. One failed twice is told once.

function tell_error() {
	print "    " error
	state = ""
}

# Vitest's; those of one error stand above it together.
/^ *FAIL / {
	if (state == "place") {
		tell_error()
	}
	sub(/^ *FAIL +/, "")
	gsub(/  +/, " ")
	if (!known[$0]++) {
		print
		state = "error"
	}
	next
}
state == "error" && NF {
	error = $0
	state = "place"
	next
}
state == "place" && /❯ (.* )?[^ ]+\.(test|browser)\.tsx?:[0-9]+:[0-9]+/ {
	sub(/^ */, "")
	error = error "  " $0
	tell_error()
	next
}

# Our programs'.
/^[a-z_\/]+: [0-9]+ failed \(exit/ {
	print
	next
}
/^not ok / {
	print "  " $0
	why = ""
	state = "why"
	next
}
state == "why" && /: error: / {
	sub(/^# /, "")
	print "    " why $0
	state = ""
	next
}
state == "why" && /^# / {
	sub(/^# /, "")
	why = why $0 "  "
	next
}
/^(ERROR|SUMMARY): / {
	print "    " $0
}

END {
	if (state == "place") {
		tell_error()
	}
}
