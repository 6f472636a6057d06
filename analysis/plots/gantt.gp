# gantt: which job was where
set xrange [from:to]
set xlabel 'time, '.time_unit
set title label[1]
if (parts == 0) {
    set label 1 'no job ran' at graph 0.5, graph 0.5 center
}
# a line under each node, and as many names as there is room for
step = int(ceil(nodes / 30.0))
under = "data index 'nodes' using (from):1:(to - from):(0) with vectors nohead " \
    ."linecolor 'gray70' linewidth 0.5, data index 'nodes' using (from):($1 + $2 / 2.0): " \
    ."ytic(int($0) % step == 0 ? strcol(3) : '') with points pointtype -1"
if (bars) {
    set style fill solid 0.75 border linecolor 'white'
    set yrange [gpus:0]
    set ytics scale 0
    set grid noytics
    unset key
    set ytics ()
    if (parts == 0) {
        plot @under
    } else {
        plot data index 'bars' using 1:3:1:2:3:4:5 with boxxyerror linecolor variable, @under
    }
} else {
    set style fill solid noborder
    set ylabel sprintf('%d nodes', nodes)
    if (nodes < 10) { set ytics 1 }
    set yrange [0:nodes]
    set cbrange [0:100]
    set cblabel 'GPUs allocated, '.percent
    unset grid
    plot data index 'map' using 1:2:3 with image notitle
}
