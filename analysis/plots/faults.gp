# faults: what was wrong when, and what detectors said
set xrange [from:to]
set xlabel 'time, '.time_unit
set title label[1].': faults'
unset key
if (shown == 0) {
    set label 1 'no faults in this run' at graph 0.5, graph 0.5 center
    set yrange [0:1]
    unset ytics
    plot -1 notitle
} else {
    set yrange [lines + 0.6:0.4]
    set style fill transparent solid 0.5 border
    # what takes no time is a mark
    plot data index 'spans' using 1:3:1:2:($3 - 0.3):($3 + 0.3):4 with boxxyerror \
            linecolor variable, \
         '' index 'spans' using 1:3:4 with points pointtype 9 pointsize 0.8 linecolor variable
}
